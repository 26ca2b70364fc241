/* After fork() a child gets PANVEIL_FORKED in place of repeated nonces, and may open a vault of its own: fork DIR. */
#include <sys/wait.h>
#include <unistd.h>

#include "check.h"

#define PAN "4111111111111111"

static panveil_vault *vault;
static panveil_tokenizer *tokenizer;
static panveil_sealer *sealer;
static panveil_fingerprinter *fingerprinter;
static panveil_gate *gate;
static panveil_session *session;

static void every_inherited_handle_is_refused(void) {
  uint8_t bytes[512];
  size_t length = 0;
  uint32_t number = 0;
  int64_t moment = 0;
  panveil_token token;
  panveil_fingerprint fingerprint;
  panveil_decision decision;
  panveil_batch_report report;
  panveil_lock lock;
  panveil_key keys[16];
  panveil_tokenizer *made_tokenizer;
  panveil_sealer *made_sealer;
  panveil_fingerprinter *made_fingerprinter;
  panveil_gate *made_gate;
  panveil_session *made_session;
  panveil_reveal_request request = request_for("f1.6-4:4111110394821111", NULL, NULL);
  panveil_test_identity identity = {.struct_size = sizeof identity, .subject = {PANVEIL_TEXT("alice")}};
  panveil_bytes pan = view(PAN);

  CHECK_STATUS(panveil_tokenizer_tokenize(tokenizer, pan.data, pan.length, 0, 0, &token), PANVEIL_FORKED);
  CHECK_STATUS(panveil_tokenizer_tokenize_all_versions(tokenizer, pan.data, pan.length, 0, 0, &token, 1, &length),
               PANVEIL_FORKED);
  CHECK_STATUS(panveil_tokenizer_tokenize_all(tokenizer, bytes, 1, 0, bytes, &report), PANVEIL_FORKED);
  CHECK_STATUS(panveil_tokenizer_version(tokenizer, &number), PANVEIL_FORKED);
  CHECK_STATUS(panveil_sealer_seal_pan(sealer, pan.data, pan.length, 0, PANVEIL_TEXT("C1"), bytes, 512, &length),
               PANVEIL_FORKED);
  CHECK_STATUS(panveil_sealer_seal(sealer, pan.data, pan.length, PANVEIL_TEXT("C1"), bytes, 512, &length),
               PANVEIL_FORKED);
  CHECK_STATUS(panveil_sealer_seal_all(sealer, bytes, 1, PANVEIL_TEXT("\x01" "C"), bytes, &report), PANVEIL_FORKED);
  CHECK_STATUS(panveil_fingerprinter_fingerprint(fingerprinter, pan.data, pan.length, 0, &fingerprint),
               PANVEIL_FORKED);
  CHECK_STATUS(panveil_fingerprinter_fingerprint_all(fingerprinter, bytes, 1, bytes, &report), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_reveal(gate, session, &request, bytes, sizeof bytes, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_decide(gate, session, &request, &decision), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_explain(gate, session, &request, bytes, sizeof bytes, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_session(gate, PANVEIL_TEXT("t"), PANVEIL_TEXT("o"), &made_session), PANVEIL_FORKED);
  CHECK_STATUS(panveil_session_actor(session, bytes, sizeof bytes, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_session_ends(session, &moment), PANVEIL_FORKED);
  CHECK_STATUS(panveil_tokenizer_new(vault, PANVEIL_TEXT("c"), &made_tokenizer), PANVEIL_FORKED);
  CHECK_STATUS(panveil_sealer_new(vault, PANVEIL_TEXT("c"), PANVEIL_TEXT("pan"), &made_sealer), PANVEIL_FORKED);
  CHECK_STATUS(panveil_fingerprinter_new(vault, PANVEIL_TEXT("c"), &made_fingerprinter), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_new(vault, &made_gate), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_test_identity(vault, &identity, bytes, sizeof bytes, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_locks(vault, &lock, 1, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_keys(vault, keys, 16, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_environment(vault, &number), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_warnings(vault, bytes, sizeof bytes, &length), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_log_failed(vault, &number), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_log_reopen(vault), PANVEIL_FORKED);
  CHECK_STATUS(panveil_tokenizer_free(tokenizer), PANVEIL_FORKED);
  CHECK_STATUS(panveil_sealer_free(sealer), PANVEIL_FORKED);
  CHECK_STATUS(panveil_fingerprinter_free(fingerprinter), PANVEIL_FORKED);
  CHECK_STATUS(panveil_gate_free(gate), PANVEIL_FORKED);
  CHECK_STATUS(panveil_session_free(session), PANVEIL_FORKED);
  CHECK_STATUS(panveil_vault_close(vault), PANVEIL_FORKED);
}

static void child(const char *directory) {
  every_inherited_handle_is_refused();
  CHECK_OK(panveil_pan_check(PANVEIL_TEXT(PAN), 0));
  /* The parent still writes its stream; the child has one of its own. */
  panveil_open_options options = open_options();
  panveil_vault *own = NULL;
  CHECK_STATUS(try_open(directory, &options, &own), PANVEIL_AUDIT_LOCKED);
  options.application = view("child");
  CHECK_OK(try_open(directory, &options, &own));
  tokenize(own, PAN);
  every_inherited_handle_is_refused();
  CHECK_OK(panveil_vault_close(own));
  every_inherited_handle_is_refused();
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  create_vault(argv[1]);
  vault = open_vault(argv[1]);
  CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
  CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));
  CHECK_OK(panveil_fingerprinter_new(vault, PANVEIL_TEXT("orders"), &fingerprinter));
  CHECK_OK(panveil_gate_new(vault, &gate));
  session = open_session(vault, gate);
  panveil_token before = tokenize(vault, PAN);

  fflush(NULL);
  pid_t process = fork();
  CHECK(process >= 0);
  if (process == 0) {
    child(argv[1]);
    _exit(0); /* the parent's objects are not the child's to end */
  }
  int status = 1;
  CHECK(waitpid(process, &status, 0) == process);
  CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);

  /* The parent goes on as if nothing had been. */
  panveil_token after = tokenize(vault, PAN);
  CHECK(strcmp(before.handle, after.handle) == 0);
  uint8_t value[PANVEIL_PAN_CAPACITY];
  size_t length = 0;
  panveil_reveal_request request = request_for(after.handle, NULL, NULL);
  CHECK_OK(panveil_gate_reveal(gate, session, &request, value, sizeof value, &length));
  CHECK_OK(panveil_vault_close(vault));
  return 0;
}
