// The C++ owners over the whole road: owners DIR. Built as C++17 and C++20, with and without exceptions.
#include <panveil.hpp>

#include <cstdio>
#include <thread>

#define CHECK(condition_)                                                                  \
  do {                                                                                     \
    if (!(condition_)) {                                                                   \
      std::fprintf(stderr, "%s:%d: not so: %s\n", __FILE__, __LINE__, #condition_);        \
      std::exit(1);                                                                        \
    }                                                                                      \
  } while (0)

static const char *const PAN = "4111111111111111";
static int sinks_alive = 0;

struct counting_sink : panveil::audit_sink {
  counting_sink() { sinks_alive++; }
  ~counting_sink() override { sinks_alive--; }
  panveil_status deliver(panveil::bytes records) override {
    std::string_view text(reinterpret_cast<const char *>(records.data()), records.size());
    CHECK(text.find(PAN) == text.npos && text.back() == '\n');
#ifdef __cpp_exceptions
    if (throws) throw 42;
#else
    if (throws) return PANVEIL_CALLBACK_FAILED;
#endif
    return PANVEIL_OK;
  }
  static inline bool throws = false;
};

static panveil::reveal_request request_for(std::string_view handle, std::string_view record = {}) {
  panveil::reveal_request request;
  request.handle = handle;
  if (!record.empty()) request.record = record;
  request.purpose = "chargeback";
  request.case_reference = "CB-1042";
  request.origin = "10.0.0.5";
  return request;
}

static bool shows_the_pan(panveil::bytes value) {
  return value.size() == 16 && std::memcmp(value.data(), PAN, 16) == 0;
}

int main(int argc, char **argv) {
  CHECK(argc == 2 && panveil::abi_fits());
  std::string problem;
  panveil::vault::create(argv[1], PANVEIL_DEV, "a passphrase for tests", &problem).value();

  panveil::open_options wrong;
  wrong.application = "cpp-tests";
  wrong.passphrase = "another passphrase";
  wrong.sinks.push_back({std::make_unique<counting_sink>(), "copy"});
  auto refused = panveil::vault::open(argv[1], std::move(wrong), &problem);
  CHECK(!refused && refused.status() == PANVEIL_WRONG_KEK && problem.find("keyring.pvk") != problem.npos);
  CHECK(sinks_alive == 0);
#ifdef PANVEIL_EXCEPTIONS
  bool thrown = false;
  try {
    (void)std::move(refused).value();
  } catch (const panveil::error &error) {
    thrown = error.status() == PANVEIL_WRONG_KEK && std::string(error.what()).find("passphrase") != std::string::npos;
  }
  CHECK(thrown);
#endif

  panveil::open_options options;
  options.application = "cpp-tests";
  options.passphrase = "a passphrase for tests";
  options.sinks.push_back({std::make_unique<counting_sink>(), "copy"});
  panveil::vault vault = panveil::vault::open(argv[1], std::move(options), &problem).value();
  CHECK(sinks_alive == 1);

  panveil::tokenizer tokenizer = vault.tokenizer("orders").value();
  panveil::token token = tokenizer.tokenize(PAN).value();
  CHECK(tokenizer.tokenize("4111111111111112").status() == PANVEIL_PAN_LUHN);
  CHECK(tokenizer.tokenize_all_versions(PAN).value().front().handle_text() == token.handle_text());
  CHECK(panveil::mask(PAN).value() == "************1111");
  CHECK(panveil::truncate(PAN, 8, 4).value() == "41111111****1111");
  panveil::tokenizer moved = std::move(tokenizer);
  CHECK(tokenizer.tokenize(PAN).status() == PANVEIL_NULL_POINTER);
  CHECK(moved.tokenize(PAN).value().handle_text() == token.handle_text());

  const char *line = "card 4111 1111 1111 1111, cvv=123";
  std::vector<panveil_hit> hits = panveil::find(line).value();
  CHECK(hits.size() == 2 && hits[0].offset == 5 && hits[1].kind == PANVEIL_KIND_SECURITY_CODE);
  CHECK(panveil::find("order=4111111111111111").value().empty());
  CHECK(panveil::find(line, 99).status() == PANVEIL_ARGUMENT);
  int seen = 0;
  panveil::redactor_options masks;
  masks.on_hit = [&seen](const panveil_hit &) {
    seen++;
#ifdef __cpp_exceptions
    throw 42; // does not pass through the library
#endif
  };
  panveil::redactor redactor = panveil::redactor::make(std::move(masks)).value();
  CHECK(redactor.redact(line).value() == "card ************1111, cvv=***" && seen == 2);
  std::string redacted;
  CHECK(redactor.push("card 4111 1111", redacted) && redactor.push(" 1111 1111.", redacted) && redactor.finish(redacted));
  CHECK(redacted == "card ************1111." && seen == 3);
  panveil::redactor_options tokens;
  tokens.replacement = PANVEIL_REPLACE_TOKEN;
  tokens.tokenizer = &moved;
  CHECK(panveil::redactor::make(std::move(tokens)).value().redact(PAN).value() == token.digits_text());
  panveil::redactor_options digits;
  digits.replacement = PANVEIL_REPLACE_FIXED;
  digits.fixed = "card 1";
  CHECK(panveil::redactor::make(std::move(digits)).status() == PANVEIL_ARGUMENT);

  panveil::sealer sealer = vault.sealer("orders", "pan").value();
  std::string sealed = panveil::sealed_text(sealer.seal_pan(PAN, "C00000001").value()).value();
  CHECK(sealed.size() == 112);
  panveil::sealer names = vault.sealer("orders", "name").value();
  std::vector<std::uint8_t> long_name(3000, 'a');
  CHECK(names.seal(long_name, "C00000001").value().size() == 3064);
  CHECK(vault.sealer("orders", "cvv").status() == PANVEIL_SAD_REFUSED);
  panveil::fingerprinter prints = vault.fingerprinter("orders").value();
  CHECK(std::memcmp(prints.fingerprint(PAN).value().bytes, prints.fingerprint(PAN).value().bytes, 32) == 0);

  panveil::gate gate = vault.gate().value();
  std::string identity = vault.test_identity({"alice", {"chargeback"}}).value();
  panveil::session session = gate.session(identity, "10.0.0.5").value();
  CHECK(session.actor().value().find("|alice") != std::string::npos);
  std::string handle = token.handle_text();
  CHECK(PANVEIL_ALLOWS(gate.decide(session, request_for(handle)).value()));
  CHECK(gate.explain(session, request_for(handle)).value().find("chargeback desk") != std::string::npos);
  {
    panveil::revealed pan = gate.reveal(session, request_for(handle)).value();
    CHECK(shows_the_pan(pan.expose()));
    panveil::revealed taken = std::move(pan);
    CHECK(shows_the_pan(taken.expose()) && pan.expose().size() == 0);
    taken.wipe();
    CHECK(taken.expose().size() == 0);
#if __cplusplus >= 202002L
    panveil::revealed again = gate.reveal(session, request_for(sealed, "C00000001")).value();
    std::span<const std::uint8_t> digits = again.expose();
    CHECK(digits.size() == 16 && shows_the_pan(digits));
#endif
  }
  CHECK(gate.reveal(session, request_for(sealed, "C00000002")).status() == PANVEIL_NOT_AUTHENTIC);
  CHECK(gate.reveal(session, request_for("411111******1111")).status() == PANVEIL_NOT_A_HANDLE);

  std::thread other([&] { CHECK(moved.tokenize(PAN).value().handle_text() == handle); });
  other.join();

  counting_sink::throws = true; // an exception, where there are exceptions, does not pass through the library
  panveil_status stopped = gate.reveal(session, request_for(handle)).status();
  CHECK(stopped == PANVEIL_SINK_FAILED || stopped == PANVEIL_AUDIT_UNAVAILABLE);
  CHECK(vault.log_failed());
  counting_sink::throws = false;
  vault.reopen_log().value();
  CHECK(!vault.log_failed() && gate.reveal(session, request_for(handle)));

  CHECK(vault.close());
  CHECK(gate.reveal(session, request_for(handle)).status() == PANVEIL_STALE_HANDLE);
  CHECK(sinks_alive == 0);
  return 0;
}
