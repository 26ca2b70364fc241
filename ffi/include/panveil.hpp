/*
 * panveil for C++17 and later: panveil.h with owners instead of pairs of calls. Header only.
 *
 * Each call returns a result: a status, and on success a value. `value()` takes it out; where there is none it throws
 * panveil::error if PANVEIL_EXCEPTIONS is defined before this header, and ends the program if not. Objects are freed by
 * their destructors. They may be moved, not copied; calls on them may come from many threads, as in C.
 */
#ifndef PANVEIL_HPP
#define PANVEIL_HPP

#include "panveil.h"

#include <cstdlib>
#include <cstring>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#if __cplusplus >= 202002L
#include <span>
#endif
#ifdef PANVEIL_EXCEPTIONS
#include <exception>
#endif

namespace panveil {

/** Bytes lent for the time of a call: made of a text, of a pointer with a length, or of a std::span (C++20). */
class bytes {
public:
  constexpr bytes() noexcept = default;
  constexpr bytes(const std::uint8_t *data, std::size_t length) noexcept : data_(data), length_(length) {}
  bytes(std::string_view text) noexcept
      : data_(reinterpret_cast<const std::uint8_t *>(text.data())), length_(text.size()) {}
  bytes(const std::string &text) noexcept : bytes(std::string_view(text)) {}
  bytes(const char *text) noexcept : bytes(std::string_view(text)) {}
  bytes(const std::vector<std::uint8_t> &all) noexcept : bytes(all.data(), all.size()) {}
#if __cplusplus >= 202002L
  constexpr bytes(std::span<const std::uint8_t> all) noexcept : bytes(all.data(), all.size()) {}
  constexpr operator std::span<const std::uint8_t>() const noexcept { return {data_, length_}; }
#endif

  constexpr const std::uint8_t *data() const noexcept { return data_; }
  constexpr std::size_t size() const noexcept { return length_; }
  constexpr const std::uint8_t *begin() const noexcept { return data_; }
  constexpr const std::uint8_t *end() const noexcept { return data_ + length_; }
  constexpr operator panveil_bytes() const noexcept { return {data_, length_}; }

private:
  const std::uint8_t *data_ = nullptr;
  std::size_t length_ = 0;
};

/** The fixed text of a status. */
inline const char *text_of(panveil_status status) noexcept { return panveil_status_text(status); }

#ifdef PANVEIL_EXCEPTIONS
/** Why a call was refused or failed. It holds no card data. */
class error : public std::exception {
public:
  explicit error(panveil_status status) noexcept : status_(status) {}
  panveil_status status() const noexcept { return status_; }
  const char *what() const noexcept override { return text_of(status_); }

private:
  panveil_status status_;
};
#endif

namespace detail {
[[noreturn]] inline void refuse([[maybe_unused]] panveil_status status) {
#ifdef PANVEIL_EXCEPTIONS
  throw error(status);
#else
  std::abort();
#endif
}
} // namespace detail

/** What a call returns: a status, and a value if the status is PANVEIL_OK. */
template <typename T> class [[nodiscard]] result {
public:
  result(panveil_status status) noexcept : status_(status) {}
  result(T value) noexcept : status_(PANVEIL_OK), value_(std::move(value)) {}

  explicit operator bool() const noexcept { return status_ == PANVEIL_OK; }
  panveil_status status() const noexcept { return status_; }
  const char *text() const noexcept { return text_of(status_); }

  T &value() & { return check(), value_; }
  const T &value() const & { return check(), value_; }
  T value() && { return check(), std::move(value_); }

private:
  void check() const {
    if (status_ != PANVEIL_OK) detail::refuse(status_);
  }

  panveil_status status_;
  T value_{};
};

/** Of calls that return no value. */
template <> class [[nodiscard]] result<void> {
public:
  result(panveil_status status) noexcept : status_(status) {}

  explicit operator bool() const noexcept { return status_ == PANVEIL_OK; }
  panveil_status status() const noexcept { return status_; }
  const char *text() const noexcept { return text_of(status_); }
  void value() const {
    if (status_ != PANVEIL_OK) detail::refuse(status_);
  }

private:
  panveil_status status_;
};

namespace detail {

/** Owns one handle. */
template <typename T, panveil_status (*Free)(T *)> class owner {
public:
  owner() noexcept = default;
  explicit owner(T *handle) noexcept : handle_(handle) {}
  owner(owner &&other) noexcept : handle_(std::exchange(other.handle_, nullptr)) {}
  owner &operator=(owner &&other) noexcept {
    if (this != &other) {
      (void)Free(handle_);
      handle_ = std::exchange(other.handle_, nullptr);
    }
    return *this;
  }
  ~owner() { (void)Free(handle_); }

  T *get() const noexcept { return handle_; }
  T *take() noexcept { return std::exchange(handle_, nullptr); }

private:
  T *handle_ = nullptr;
};

/** Runs a call that writes bytes of a length that only it knows. */
template <typename Out, typename Call> result<Out> grow(std::size_t first, Call call) {
  Out out;
  out.resize(first);
  for (;;) {
    std::size_t length = 0;
    panveil_status status = call(reinterpret_cast<std::uint8_t *>(out.data()), out.size(), &length);
    if (status == PANVEIL_BUFFER_TOO_SMALL && length > out.size()) {
      out.resize(length);
      continue;
    }
    if (status != PANVEIL_OK) return status;
    out.resize(length);
    return out;
  }
}

} // namespace detail

/** A revealed value. It is wiped when this object ends; what is read from it must not outlive it. */
class revealed {
public:
  revealed() noexcept = default;
  revealed(revealed &&other) noexcept
      : room_(std::move(other.room_)), capacity_(std::exchange(other.capacity_, 0)),
        length_(std::exchange(other.length_, 0)) {}
  revealed &operator=(revealed &&other) noexcept {
    if (this != &other) {
      wipe();
      room_ = std::move(other.room_);
      capacity_ = std::exchange(other.capacity_, 0);
      length_ = std::exchange(other.length_, 0);
    }
    return *this;
  }
  ~revealed() { wipe(); }

  /** The value; for a card number its ASCII digits. Nothing after wipe(). */
  bytes expose() const noexcept { return {room_.get(), length_}; }

  /** Wipes the value now. */
  void wipe() noexcept {
    if (room_) (void)panveil_revealed_wipe(room_.get(), capacity_);
    length_ = 0;
  }

private:
  friend class gate;
  explicit revealed(std::size_t capacity)
      : room_(std::make_unique<std::uint8_t[]>(capacity)), capacity_(capacity) {}

  std::unique_ptr<std::uint8_t[]> room_;
  std::size_t capacity_ = 0, length_ = 0;
};

/** What stands for a card number in the application's tables. No card data. */
struct token : panveil_token {
  std::string digits_text() const { return digits; }
  std::string format_text() const { return format; }
  std::string handle_text() const { return handle; }
};

/** Which digits a token keeps. */
enum class layout : std::uint32_t {
  vault_default = PANVEIL_LAYOUT_DEFAULT,
  automatic = PANVEIL_LAYOUT_AUTO,
  last4 = PANVEIL_LAYOUT_0_4,
  bin6_last4 = PANVEIL_LAYOUT_6_4,
  bin8 = PANVEIL_LAYOUT_8_0,
};

/** The mask of a card number, for people to see: `bin` digits at its start and `last` at its end stay. */
inline result<std::string> mask(bytes pan, std::uint32_t bin = 0, std::uint32_t last = 4,
                                std::uint32_t rules = PANVEIL_PAN_STRICT) {
  panveil_masked masked;
  panveil_status status = panveil_mask(pan.data(), pan.size(), rules, bin, last, &masked);
  if (status != PANVEIL_OK) return status;
  return std::string(masked.text);
}

/** What may be stored in place of a card number. */
inline result<std::string> truncate(bytes pan, std::uint32_t bin, std::uint32_t last,
                                    std::uint32_t rules = PANVEIL_PAN_STRICT) {
  panveil_masked truncated;
  panveil_status status = panveil_truncate(pan.data(), pan.size(), rules, bin, last, &truncated);
  if (status != PANVEIL_OK) return status;
  return std::string(truncated.text);
}

/** The text form of a sealed record. */
inline result<std::string> sealed_text(bytes sealed) {
  return detail::grow<std::string>(112, [&](std::uint8_t *out, std::size_t capacity, std::size_t *length) {
    return panveil_sealed_text(sealed.data(), sealed.size(), out, capacity, length);
  });
}

class tokenizer {
public:
  tokenizer() noexcept = default;

  result<token> tokenize(bytes pan, layout kept = layout::vault_default,
                         std::uint32_t rules = PANVEIL_PAN_STRICT) const {
    token made{};
    panveil_status status = panveil_tokenizer_tokenize(handle_.get(), pan.data(), pan.size(), rules,
                                                       static_cast<std::uint32_t>(kept), &made);
    if (status != PANVEIL_OK) return status;
    return made;
  }

  /** Under every version of the key, the current one first. */
  result<std::vector<token>> tokenize_all_versions(bytes pan, layout kept = layout::vault_default,
                                                   std::uint32_t rules = PANVEIL_PAN_STRICT) const {
    std::vector<panveil_token> room(4);
    std::size_t count = 0;
    panveil_status status;
    while ((status = panveil_tokenizer_tokenize_all_versions(handle_.get(), pan.data(), pan.size(), rules,
                                                             static_cast<std::uint32_t>(kept), room.data(),
                                                             room.size(), &count)) == PANVEIL_BUFFER_TOO_SMALL)
      room.resize(count);
    if (status != PANVEIL_OK) return status;
    std::vector<token> all(count);
    for (std::size_t i = 0; i < count; i++) static_cast<panveil_token &>(all[i]) = room[i];
    return all;
  }

  /** Many cards: PANVEIL_PAN_RECORD bytes for each in, PANVEIL_TOKEN_RECORD bytes for each out. */
  result<panveil_batch_report> tokenize_all(bytes pans, std::uint8_t *tokens,
                                            layout kept = layout::vault_default) const {
    if (pans.size() % PANVEIL_PAN_RECORD != 0) return PANVEIL_ARGUMENT;
    panveil_batch_report report{};
    panveil_status status =
        panveil_tokenizer_tokenize_all(handle_.get(), pans.data(), pans.size() / PANVEIL_PAN_RECORD,
                                       static_cast<std::uint32_t>(kept), tokens, &report);
    if (status != PANVEIL_OK) return status;
    return report;
  }

private:
  friend class vault;
  friend class redactor;
  explicit tokenizer(panveil_tokenizer *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_tokenizer, panveil_tokenizer_free> handle_;
};

class sealer {
public:
  sealer() noexcept = default;

  /** Seals a card number; the sealer's field is `pan`. */
  result<std::vector<std::uint8_t>> seal_pan(bytes pan, bytes record,
                                             std::uint32_t rules = PANVEIL_PAN_STRICT) const {
    using out = std::vector<std::uint8_t>;
    return detail::grow<out>(PANVEIL_SEALED_PAN_LENGTH, [&](std::uint8_t *o, std::size_t c, std::size_t *l) {
      return panveil_sealer_seal_pan(handle_.get(), pan.data(), pan.size(), rules, record.data(), record.size(), o,
                                     c, l);
    });
  }

  /** Seals any other value. */
  result<std::vector<std::uint8_t>> seal(bytes value, bytes record) const {
    using out = std::vector<std::uint8_t>;
    return detail::grow<out>(value.size() + PANVEIL_SEALED_OVERHEAD,
                             [&](std::uint8_t *o, std::size_t c, std::size_t *l) {
                               return panveil_sealer_seal(handle_.get(), value.data(), value.size(),
                                                          record.data(), record.size(), o, c, l);
                             });
  }

private:
  friend class vault;
  explicit sealer(panveil_sealer *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_sealer, panveil_sealer_free> handle_;
};

class fingerprinter {
public:
  fingerprinter() noexcept = default;

  result<panveil_fingerprint> fingerprint(bytes pan, std::uint32_t rules = PANVEIL_PAN_STRICT) const {
    panveil_fingerprint made{};
    panveil_status status =
        panveil_fingerprinter_fingerprint(handle_.get(), pan.data(), pan.size(), rules, &made);
    if (status != PANVEIL_OK) return status;
    return made;
  }

private:
  friend class vault;
  explicit fingerprinter(panveil_fingerprinter *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_fingerprinter, panveil_fingerprinter_free> handle_;
};

/** A verified identity, bound to its origin. */
class session {
public:
  session() noexcept = default;

  result<std::string> actor() const {
    return detail::grow<std::string>(256, [&](std::uint8_t *out, std::size_t capacity, std::size_t *length) {
      return panveil_session_actor(handle_.get(), out, capacity, length);
    });
  }

private:
  friend class gate;
  explicit session(panveil_session *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_session, panveil_session_free> handle_;
};

/** What is asked of the gate. Texts must live until the call returns. */
struct reveal_request {
  bytes handle, record, purpose, case_reference, origin, tenant, field;

  panveil_reveal_request c() const noexcept {
    panveil_reveal_request request{};
    request.struct_size = sizeof request;
    request.handle = handle;
    request.record = record;
    request.purpose = purpose;
    request.case_reference = case_reference;
    request.origin = origin;
    request.tenant = tenant;
    request.field = field;
    return request;
  }
};

class gate {
public:
  gate() noexcept = default;

  /** Verifies an identity token of an identity provider that the vault trusts. */
  result<panveil::session> session(bytes identity, bytes origin) const {
    panveil_session *made = nullptr;
    panveil_status status = panveil_gate_session(handle_.get(), identity.data(), identity.size(), origin.data(),
                                                 origin.size(), &made);
    if (status != PANVEIL_OK) return status;
    return panveil::session(made);
  }

  /** What the policy says; nothing is revealed, counted or recorded. Ask PANVEIL_ALLOWS. */
  result<panveil_decision> decide(const panveil::session &who, const reveal_request &asked) const {
    panveil_decision decision{};
    panveil_reveal_request request = asked.c();
    panveil_status status = panveil_gate_decide(handle_.get(), who.handle_.get(), &request, &decision);
    if (status != PANVEIL_OK) return status;
    return decision;
  }

  /** What the policy says, for operators. */
  result<std::string> explain(const panveil::session &who, const reveal_request &asked) const {
    panveil_reveal_request request = asked.c();
    return detail::grow<std::string>(1024, [&](std::uint8_t *out, std::size_t capacity, std::size_t *length) {
      return panveil_gate_explain(handle_.get(), who.handle_.get(), &request, out, capacity, length);
    });
  }

  /** Reveals one value. Every call that reaches the gate leaves a record. */
  result<revealed> reveal(const panveil::session &who, const reveal_request &asked) const {
    panveil_reveal_request request = asked.c();
    std::size_t capacity = PANVEIL_PAN_CAPACITY;
    for (;;) {
      revealed lent(capacity);
      panveil_status status = panveil_gate_reveal(handle_.get(), who.handle_.get(), &request, lent.room_.get(),
                                                  lent.capacity_, &lent.length_);
      if (status == PANVEIL_BUFFER_TOO_SMALL && lent.length_ > capacity) {
        capacity = lent.length_; /* refused before anything was opened or recorded */
        continue;
      }
      if (status != PANVEIL_OK) return status;
      return lent;
    }
  }

private:
  friend class vault;
  explicit gate(panveil_gate *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_gate, panveil_gate_free> handle_;
};

/** A clock of the host; see panveil_clock. Exceptions do not pass: one is a failed reading. */
class clock {
public:
  virtual ~clock() = default;
  virtual panveil_status now(panveil_now &reading) = 0;
};

/** An audit sink of the host; see panveil_sink. Exceptions do not pass: one is a failed delivery. */
class audit_sink {
public:
  virtual ~audit_sink() = default;
  virtual panveil_status deliver(bytes records) = 0;
  virtual void log_failed(panveil_status) {}
};

/** A key-encryption key of the host; see panveil_kek. Exceptions do not pass: one is a failed call. */
class kek {
public:
  virtual ~kek() = default;
  virtual panveil_status wrap(const std::uint8_t (&root)[32], const panveil_wrap_context &bound_to,
                              std::vector<std::uint8_t> &wrapped) = 0;
  virtual panveil_status unwrap(bytes wrapped, const panveil_wrap_context &bound_to, std::uint8_t (&root)[32]) = 0;
};

namespace detail {

/** Lets the host's code work; an exception ends here. */
template <typename Work> std::uint32_t guarded(Work work) noexcept {
#ifdef __cpp_exceptions
  try {
    return work();
  } catch (...) {
    return PANVEIL_CALLBACK_FAILED;
  }
#else
  return work();
#endif
}

extern "C" {
inline std::uint32_t panveil_hpp_append(void *context, const std::uint8_t *text, std::size_t length) {
  return guarded([&] {
    static_cast<std::string *>(context)->append(reinterpret_cast<const char *>(text), length);
    return PANVEIL_OK;
  });
}
inline void panveil_hpp_keep_hit(void *context, const panveil_hit *hit) {
  (void)guarded([&] {
    static_cast<std::vector<panveil_hit> *>(context)->push_back(*hit);
    return PANVEIL_OK;
  });
}
inline void panveil_hpp_hit(void *context, const panveil_hit *hit) {
  (void)guarded([&] {
    (*static_cast<std::function<void(const panveil_hit &)> *>(context))(*hit);
    return PANVEIL_OK;
  });
}
inline void panveil_hpp_hit_release(void *context) {
  delete static_cast<std::function<void(const panveil_hit &)> *>(context);
}
inline std::uint32_t panveil_hpp_now(void *context, panveil_now *reading) {
  return guarded([&] { return static_cast<clock *>(context)->now(*reading); });
}
inline void panveil_hpp_clock_release(void *context) { delete static_cast<clock *>(context); }
inline std::uint32_t panveil_hpp_deliver(void *context, const std::uint8_t *records, std::size_t length) {
  return guarded([&] { return static_cast<audit_sink *>(context)->deliver({records, length}); });
}
inline void panveil_hpp_log_failed(void *context, std::uint32_t reason) {
  (void)guarded([&] {
    static_cast<audit_sink *>(context)->log_failed(static_cast<panveil_status>(reason));
    return PANVEIL_OK;
  });
}
inline void panveil_hpp_sink_release(void *context) { delete static_cast<audit_sink *>(context); }
inline std::uint32_t panveil_hpp_wrap(void *context, const std::uint8_t *root, const panveil_wrap_context *bound_to,
                                      std::uint8_t *wrapped, std::size_t capacity, std::size_t *length) {
  return guarded([&]() -> panveil_status {
    std::vector<std::uint8_t> out;
    const auto &all = *reinterpret_cast<const std::uint8_t(*)[32]>(root);
    panveil_status status = static_cast<kek *>(context)->wrap(all, *bound_to, out);
    if (status != PANVEIL_OK) return status;
    if (out.empty() || out.size() > capacity) return PANVEIL_CALLBACK_FAILED;
    std::memcpy(wrapped, out.data(), out.size());
    *length = out.size();
    return PANVEIL_OK;
  });
}
inline std::uint32_t panveil_hpp_unwrap(void *context, const std::uint8_t *wrapped, std::size_t length,
                                        const panveil_wrap_context *bound_to, std::uint8_t *root) {
  return guarded([&] {
    auto &out = *reinterpret_cast<std::uint8_t(*)[32]>(root);
    return static_cast<kek *>(context)->unwrap({wrapped, length}, *bound_to, out);
  });
}
inline void panveil_hpp_kek_release(void *context) { delete static_cast<kek *>(context); }
}

} // namespace detail

/** The hits in a text, in order: numbers and masks, no values. */
inline result<std::vector<panveil_hit>> find(bytes text, std::uint32_t confidence = PANVEIL_CONFIDENCE_MEDIUM,
                                             std::uint32_t search = PANVEIL_SEARCH_USUAL,
                                             std::uint32_t charset = PANVEIL_CHARSET_ASCII_BASED) {
  panveil_find_options options{};
  options.struct_size = sizeof options;
  options.confidence = confidence;
  options.search = search;
  options.charset = charset;
  std::vector<panveil_hit> all;
  std::uint64_t hits = 0;
  panveil_status status =
      panveil_find(&options, text.data(), text.size(), detail::panveil_hpp_keep_hit, &all, &hits);
  if (status != PANVEIL_OK) return status;
  if (hits != all.size()) return PANVEIL_CALLBACK_FAILED; /* there was no memory for one of them */
  return all;
}

/** What a redactor looks for, and what it puts in its place; see panveil_redactor_options. */
struct redactor_options {
  std::uint32_t replacement = PANVEIL_REPLACE_MASK_0_4;
  std::string fixed = {};
  const panveil::tokenizer *tokenizer = nullptr;
  layout kept = layout::vault_default;
  bool keep_length = false;
  std::uint32_t confidence = PANVEIL_CONFIDENCE_MEDIUM;
  std::uint32_t search = PANVEIL_SEARCH_USUAL;
  std::uint32_t charset = PANVEIL_CHARSET_ASCII_BASED;
  /** Called for each hit, on the thread that calls the redactor; what it throws is forgotten. */
  std::function<void(const panveil_hit &)> on_hit = {};
};

/** Takes card data out of texts. */
class redactor {
public:
  redactor() noexcept = default;

  static result<redactor> make(redactor_options options) {
    using hook = std::function<void(const panveil_hit &)>;
    panveil_redactor_options c{};
    c.struct_size = sizeof c;
    c.replacement = options.replacement;
    c.fixed = bytes(options.fixed);
    if (options.tokenizer != nullptr) c.tokenizer = options.tokenizer->handle_.get();
    c.layout = static_cast<std::uint32_t>(options.kept);
    c.keep_length = options.keep_length;
    c.confidence = options.confidence;
    c.search = options.search;
    c.charset = options.charset;
    if (options.on_hit) {
      c.context = new hook(std::move(options.on_hit));
      c.on_hit = detail::panveil_hpp_hit;
      c.release = detail::panveil_hpp_hit_release;
    }
    panveil_redactor *made = nullptr;
    panveil_status status = panveil_redactor_new(&c, &made);
    if (status != PANVEIL_OK) return status;
    return redactor(made);
  }

  /** A whole text, redacted. */
  result<std::string> redact(bytes text) const {
    return detail::grow<std::string>(
        text.size() + 64, [&](std::uint8_t *out, std::size_t capacity, std::size_t *length) {
          return panveil_redactor_redact(handle_.get(), text.data(), text.size(), out, capacity, length);
        });
  }

  /** The next piece of a text: appends what is certain by now to `out`. */
  result<void> push(bytes text, std::string &out) {
    return panveil_redactor_push(handle_.get(), text.data(), text.size(), detail::panveil_hpp_append, &out);
  }

  /** The end of a text: appends what was held back to `out`. */
  result<void> finish(std::string &out) {
    return panveil_redactor_finish(handle_.get(), detail::panveil_hpp_append, &out);
  }

private:
  explicit redactor(panveil_redactor *handle) noexcept : handle_(handle) {}
  detail::owner<panveil_redactor, panveil_redactor_free> handle_;
};

/** A key-encryption key with its public names. */
struct kek_choice {
  std::unique_ptr<kek> key;
  std::string provider, id;

  panveil_kek c() noexcept {
    panveil_kek given{};
    given.struct_size = sizeof given;
    given.context = key.release();
    given.provider = bytes(provider);
    given.id = bytes(id);
    given.wrap = detail::panveil_hpp_wrap;
    given.unwrap = detail::panveil_hpp_unwrap;
    given.release = detail::panveil_hpp_kek_release;
    return given;
  }
};

/** A sink with its name, duty and deadline. */
struct sink_choice {
  std::unique_ptr<audit_sink> sink;
  std::string name;
  std::uint32_t duty = PANVEIL_SINK_REQUIRED;
  std::uint64_t deadline_ms = 0;

  panveil_sink c() noexcept {
    panveil_sink given{};
    given.struct_size = sizeof given;
    given.duty = duty;
    given.deadline_ms = deadline_ms;
    given.name = bytes(name);
    given.context = sink.release();
    given.deliver = detail::panveil_hpp_deliver;
    given.log_failed = detail::panveil_hpp_log_failed;
    given.release = detail::panveil_hpp_sink_release;
    return given;
  }
};

/** How a process opens a vault: a passphrase or a KEK, not both. Callbacks become the library's. */
struct open_options {
  std::string application;
  std::string stream = {};
  std::uint32_t stream_choice = PANVEIL_STREAM_ONLY;
  bytes passphrase = {};
  kek_choice kek = {};
  std::unique_ptr<panveil::clock> clock = {};
  std::vector<sink_choice> sinks = {};
};

/** Who the test issuer of a dev vault is to vouch for. */
struct test_identity {
  std::string subject;
  std::vector<std::string> roles;
  bool mfa = true;
  std::int64_t auth_age_s = 0;
};

class vault {
public:
  vault() noexcept = default;

  /** Makes a vault that a passphrase unlocks. `problem` gets a text that names the place of a failure. */
  static result<void> create(bytes directory, std::uint32_t environment, bytes passphrase,
                             std::string *problem = nullptr) {
    panveil_create_options options{};
    options.struct_size = sizeof options;
    options.environment = environment;
    options.passphrase = passphrase;
    return create(directory, options, problem);
  }

  /** Makes a vault that a key of the host unlocks. */
  static result<void> create(bytes directory, std::uint32_t environment, kek_choice key,
                             std::string *problem = nullptr) {
    panveil_kek kek = key.c();
    panveil_create_options options{};
    options.struct_size = sizeof options;
    options.environment = environment;
    options.kek = &kek;
    return create(directory, options, problem);
  }

  static result<void> create(bytes directory, const panveil_create_options &options, std::string *problem) {
    char place[1024];
    std::size_t length = 0;
    panveil_status status =
        panveil_vault_create(directory.data(), directory.size(), &options,
                             reinterpret_cast<std::uint8_t *>(place), sizeof place, &length);
    tell(problem, status, place, length < sizeof place ? length : sizeof place);
    return status;
  }

  static result<vault> open(bytes directory, open_options options, std::string *problem = nullptr) {
    panveil_clock clock{};
    panveil_kek kek{};
    std::vector<panveil_sink> sinks;
    std::vector<const panveil_sink *> pointers;
    /* No context is let go of before all that can throw is done. */
    sinks.reserve(options.sinks.size());
    pointers.reserve(options.sinks.size());
    panveil_open_options c{};
    c.struct_size = sizeof c;
    c.stream_choice = options.stream_choice;
    c.application = bytes(options.application);
    if (!options.stream.empty()) c.stream = bytes(options.stream);
    c.passphrase = options.passphrase;
    if (options.kek.key) {
      kek = options.kek.c();
      c.kek = &kek;
    }
    if (options.clock) {
      clock.struct_size = sizeof clock;
      clock.context = options.clock.release();
      clock.now = detail::panveil_hpp_now;
      clock.release = detail::panveil_hpp_clock_release;
      c.clock = &clock;
    }
    for (sink_choice &sink : options.sinks) {
      sinks.push_back(sink.c());
      pointers.push_back(&sinks.back());
    }
    c.sinks = pointers.data();
    c.sink_count = pointers.size();
    panveil_vault *made = nullptr;
    char place[1024];
    std::size_t length = 0;
    panveil_status status = panveil_vault_open(directory.data(), directory.size(), &c, &made,
                                               reinterpret_cast<std::uint8_t *>(place), sizeof place, &length);
    tell(problem, status, place, length < sizeof place ? length : sizeof place);
    if (status != PANVEIL_OK) return status;
    return vault(made);
  }

  /** Closes the vault and all that was made from it, and says whether that went well. The destructor does not say. */
  result<void> close() { return panveil_vault_close(handle_.take()); }

  result<panveil::tokenizer> tokenizer(bytes caller) const {
    panveil_tokenizer *made = nullptr;
    panveil_status status = panveil_tokenizer_new(handle_.get(), caller.data(), caller.size(), &made);
    if (status != PANVEIL_OK) return status;
    return panveil::tokenizer(made);
  }

  result<panveil::sealer> sealer(bytes caller, bytes field) const {
    panveil_sealer *made = nullptr;
    panveil_status status =
        panveil_sealer_new(handle_.get(), caller.data(), caller.size(), field.data(), field.size(), &made);
    if (status != PANVEIL_OK) return status;
    return panveil::sealer(made);
  }

  result<panveil::fingerprinter> fingerprinter(bytes caller) const {
    panveil_fingerprinter *made = nullptr;
    panveil_status status = panveil_fingerprinter_new(handle_.get(), caller.data(), caller.size(), &made);
    if (status != PANVEIL_OK) return status;
    return panveil::fingerprinter(made);
  }

  result<panveil::gate> gate() const {
    panveil_gate *made = nullptr;
    panveil_status status = panveil_gate_new(handle_.get(), &made);
    if (status != PANVEIL_OK) return status;
    return panveil::gate(made);
  }

  /** An identity token of the test issuer of a dev vault. */
  result<std::string> test_identity(const panveil::test_identity &who) const {
    std::vector<panveil_bytes> roles;
    for (const std::string &role : who.roles) roles.push_back(bytes(role));
    panveil_test_identity c{};
    c.struct_size = sizeof c;
    c.mfa = who.mfa ? 1 : 0;
    c.subject = bytes(who.subject);
    c.roles = roles.data();
    c.role_count = roles.size();
    c.auth_age_s = who.auth_age_s;
    return detail::grow<std::string>(1024, [&](std::uint8_t *out, std::size_t capacity, std::size_t *length) {
      return panveil_vault_test_identity(handle_.get(), &c, out, capacity, length);
    });
  }

  /** Whether the audit log has failed; an answer that cannot be had is a failure. */
  bool log_failed() const noexcept {
    std::uint32_t failed = 1;
    return panveil_vault_log_failed(handle_.get(), &failed) != PANVEIL_OK || failed != 0;
  }

  result<void> reopen_log() const { return panveil_vault_log_reopen(handle_.get()); }

  /** For calls of panveil.h that have no counterpart here. */
  panveil_vault *get() const noexcept { return handle_.get(); }

private:
  explicit vault(panveil_vault *handle) noexcept : handle_(handle) {}

  static void tell(std::string *problem, panveil_status status, const char *place, std::size_t length) {
    if (problem != nullptr && status != PANVEIL_OK) problem->assign(place, length);
  }

  detail::owner<panveil_vault, panveil_vault_close> handle_;
};

/** Whether the loaded library serves a program that was compiled with this header. */
inline bool abi_fits() noexcept { return PANVEIL_ABI_CHECK(); }

} // namespace panveil

#endif
