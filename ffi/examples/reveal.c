/*
 * The way out: a signed identity, a purpose and a case reference; then one value, lent and wiped.
 *
 *   cc reveal.c $(pkg-config --cflags --libs panveil) -o reveal && ./reveal DIR HANDLE [RECORD]
 *
 * DIR is the vault that protect made, HANDLE a token with its format (f1.6-4:4111...) or a sealed record with the
 * record id it was sealed for.
 */
#include <panveil.h>
#include <stdio.h>
#include <string.h>

static int failed(const char *what, panveil_status status) {
  fprintf(stderr, "%s: %s (%u)\n", what, panveil_status_text(status), (unsigned)status);
  return 1;
}

static panveil_bytes view(const char *text) {
  panveil_bytes bytes = {(const uint8_t *)text, strlen(text)};
  return bytes;
}

/* In production the identity provider of the company issues it; a vault for trying out has an issuer of its own. */
static panveil_status sign_in(const panveil_vault *vault, const panveil_gate *gate, panveil_session **session) {
  panveil_bytes roles[] = {{PANVEIL_TEXT("chargeback")}};
  panveil_test_identity alice = {.struct_size = sizeof alice,
                                 .mfa = 1,
                                 .subject = {PANVEIL_TEXT("alice")},
                                 .roles = roles,
                                 .role_count = 1};
  uint8_t token[4096];
  size_t length = 0;
  panveil_status status = panveil_vault_test_identity(vault, &alice, token, sizeof token, &length);
  if (status) return status;
  return panveil_gate_session(gate, token, length, PANVEIL_TEXT("10.0.0.5"), session);
}

static int reveal(const panveil_gate *gate, const panveil_session *session, const char *handle, const char *record) {
  panveil_reveal_request request = {.struct_size = sizeof request,
                                    .handle = view(handle),
                                    .purpose = {PANVEIL_TEXT("chargeback")},
                                    .case_reference = {PANVEIL_TEXT("CB-1042")},
                                    .origin = {PANVEIL_TEXT("10.0.0.5")}};
  if (record) request.record = view(record);

  panveil_decision decision;
  panveil_status status = panveil_gate_decide(gate, session, &request, &decision);
  if (status) return failed("decide", status);
  if (!PANVEIL_ALLOWS(decision)) return failed("denied", (panveil_status)decision.reason);

  uint8_t value[PANVEIL_PAN_CAPACITY];
  size_t length = 0;
  status = panveil_gate_reveal(gate, session, &request, value, sizeof value, &length);
  if (status) return failed("reveal", status);
  printf("%.*s\n", (int)length, (const char *)value);
  panveil_revealed_wipe(value, sizeof value);
  return 0;
}

int main(int argc, char **argv) {
  if (argc < 3) return fprintf(stderr, "usage: reveal DIR HANDLE [RECORD]\n"), 2;
  panveil_open_options open = {.struct_size = sizeof open,
                               .application = {PANVEIL_TEXT("desk")},
                               .passphrase = {PANVEIL_TEXT("for trying out only")}};
  panveil_vault *vault = NULL;
  panveil_gate *gate = NULL;
  panveil_session *session = NULL;
  char problem[512];
  size_t length = 0;
  panveil_status status = panveil_vault_open((const uint8_t *)argv[1], strlen(argv[1]), &open, &vault,
                                             (uint8_t *)problem, sizeof problem, &length);
  if (status) return fprintf(stderr, "%.*s\n", (int)length, problem), 1;

  int bad = 1;
  if ((status = panveil_gate_new(vault, &gate)) || (status = sign_in(vault, gate, &session)))
    failed("session", status);
  else
    bad = reveal(gate, session, argv[2], argc > 3 ? argv[3] : NULL);

  /* Gate and session end with the vault; freeing them first is good manners, not a duty. */
  if ((status = panveil_vault_close(vault))) return failed("close", status);
  return bad;
}
