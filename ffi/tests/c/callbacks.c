/* AC-38: a callback of the host that fails or hangs means that no plaintext comes out: callbacks DIR. */
#include <pthread.h>

#include <time.h>

#include "check.h"

#define PAN "4111111111111111"

/* --- A key-encryption key: a device that keeps the roots itself and gives out their numbers. --- */

struct device {
  uint8_t roots[64][32];
  uint8_t bound_to[64][512];
  size_t bound_length[64];
  size_t count;
  uint32_t answer; /* in place of doing its work, if not 0 */
  int released;
};

static uint32_t device_wrap(void *context, const uint8_t *root, const panveil_wrap_context *bound_to,
                            uint8_t *wrapped, size_t capacity, size_t *length) {
  struct device *device = context;
  if (device->answer != 0) return device->answer;
  CHECK(device->count < 64 && capacity >= 2 && bound_to->associated_data.length <= 512);
  CHECK(bound_to->environment.length == 3 && memcmp(bound_to->environment.data, "dev", 3) == 0);
  CHECK(bound_to->version == 1 && bound_to->key_id.length == 32);
  memcpy(device->roots[device->count], root, 32);
  memcpy(device->bound_to[device->count], bound_to->associated_data.data, bound_to->associated_data.length);
  device->bound_length[device->count] = bound_to->associated_data.length;
  wrapped[0] = 'W';
  wrapped[1] = (uint8_t)device->count++;
  *length = 2;
  return PANVEIL_OK;
}

static uint32_t device_unwrap(void *context, const uint8_t *wrapped, size_t length,
                              const panveil_wrap_context *bound_to, uint8_t *root) {
  struct device *device = context;
  if (device->answer != 0) return device->answer;
  if (length != 2 || wrapped[0] != 'W' || wrapped[1] >= device->count) return PANVEIL_KEYRING_DAMAGED;
  size_t index = wrapped[1];
  if (device->bound_length[index] != bound_to->associated_data.length ||
      memcmp(device->bound_to[index], bound_to->associated_data.data, device->bound_length[index]) != 0)
    return PANVEIL_KEYRING_DAMAGED;
  memcpy(root, device->roots[index], 32);
  return PANVEIL_OK;
}

static void device_release(void *context) { ((struct device *)context)->released++; }

static void a_vault_lives_under_a_key_of_the_host(const char *directory) {
  static struct device device;
  panveil_kek kek = {.struct_size = sizeof kek,
                     .context = &device,
                     .provider = {PANVEIL_TEXT("test-device")},
                     .id = {PANVEIL_TEXT("00ff")},
                     .wrap = device_wrap,
                     .unwrap = device_unwrap,
                     .release = device_release};
  panveil_create_options create = {.struct_size = sizeof create, .environment = PANVEIL_DEV, .kek = &kek};
  char path[600];
  snprintf(path, sizeof path, "%s-kek", directory);
  panveil_bytes place = view(path);
  size_t length = 0;
  device.answer = PANVEIL_KEK_UNAVAILABLE;
  CHECK_STATUS(panveil_vault_create(place.data, place.length, &create, NULL, 0, &length), PANVEIL_KEK_UNAVAILABLE);
  CHECK(device.released == 1);
  device.answer = 0;
  CHECK_OK(panveil_vault_create(place.data, place.length, &create, NULL, 0, &length));
  CHECK(device.released == 2 && device.count > 10);

  panveil_open_options options = open_options();
  options.passphrase.data = NULL;
  options.passphrase.length = 0;
  options.kek = &kek;
  panveil_vault *vault = NULL;
  struct {
    uint32_t answer, status;
  } rows[] = {{PANVEIL_KEK_UNAVAILABLE, PANVEIL_KEK_UNAVAILABLE},
              {PANVEIL_WRONG_KEK, PANVEIL_WRONG_KEK},
              {12345, PANVEIL_CALLBACK_FAILED},
              {UINT32_MAX, PANVEIL_CALLBACK_FAILED}};
  for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
    int before = device.released;
    device.answer = rows[i].answer;
    CHECK_STATUS(try_open(path, &options, &vault), rows[i].status);
    CHECK(vault == NULL && device.released == before + 1);
  }
  device.answer = 0;
  device.bound_to[3][0] ^= 1; /* a root in another one's place */
  CHECK_STATUS(try_open(path, &options, &vault), PANVEIL_KEYRING_DAMAGED);
  device.bound_to[3][0] ^= 1;
  CHECK_OK(try_open(path, &options, &vault));
  tokenize(vault, PAN);
  CHECK_OK(panveil_vault_close(vault));
  CHECK(device.released == 8);

  kek.unwrap = NULL;
  CHECK_STATUS(try_open(path, &options, &vault), PANVEIL_NULL_POINTER);
  kek.unwrap = device_unwrap;
  kek.provider = view("passphrase");
  CHECK_STATUS(try_open(path, &options, &vault), PANVEIL_ARGUMENT);
  options = open_options();
  options.kek = &kek;
  kek.provider = view("test-device");
  CHECK_STATUS(try_open(path, &options, &vault), PANVEIL_ARGUMENT);
  CHECK(device.released == 11);
}

/* --- A clock that can fail, and a sink that can fail or hang. --- */

struct host {
  pthread_mutex_t lock;
  pthread_cond_t changed;
  int clock_fails, sink_fails, sink_hangs, hanging;
  uint32_t told_failed;
  size_t records, clock_released, sink_released;
};

static struct host host = {.lock = PTHREAD_MUTEX_INITIALIZER, .changed = PTHREAD_COND_INITIALIZER};

static uint32_t host_now(void *context, panveil_now *now) {
  struct host *h = context;
  struct timespec wall, boot;
  clock_gettime(CLOCK_REALTIME, &wall);
  clock_gettime(CLOCK_BOOTTIME, &boot);
  pthread_mutex_lock(&h->lock);
  int fails = h->clock_fails;
  pthread_mutex_unlock(&h->lock);
  if (fails) return 1;
  now->wall_ms = (int64_t)wall.tv_sec * 1000 + wall.tv_nsec / 1000000;
  now->since_boot_ms = (uint64_t)boot.tv_sec * 1000 + (uint64_t)boot.tv_nsec / 1000000;
  memset(now->boot, 7, sizeof now->boot);
  return PANVEIL_OK;
}

static void clock_released(void *context) { ((struct host *)context)->clock_released++; }

static uint32_t host_deliver(void *context, const uint8_t *records, size_t length) {
  struct host *h = context;
  CHECK(length > 0 && records[length - 1] == '\n');
  CHECK(memmem(records, length, PAN, 16) == NULL);
  pthread_mutex_lock(&h->lock);
  while (h->sink_hangs) {
    h->hanging = 1;
    pthread_cond_broadcast(&h->changed);
    pthread_cond_wait(&h->changed, &h->lock);
  }
  h->hanging = 0;
  pthread_cond_broadcast(&h->changed);
  uint32_t status = h->sink_fails ? 99 : PANVEIL_OK;
  if (status == PANVEIL_OK)
    for (size_t i = 0; i < length; i++) h->records += records[i] == '\n';
  pthread_mutex_unlock(&h->lock);
  return status;
}

static void host_log_failed(void *context, uint32_t reason) { ((struct host *)context)->told_failed = reason; }

static void sink_released(void *context) {
  struct host *h = context;
  pthread_mutex_lock(&h->lock);
  h->sink_released++;
  pthread_cond_broadcast(&h->changed);
  pthread_mutex_unlock(&h->lock);
}

static void set(int *what, int value) {
  pthread_mutex_lock(&host.lock);
  *what = value;
  pthread_cond_broadcast(&host.changed);
  pthread_mutex_unlock(&host.lock);
}

static panveil_gate *gate;
static panveil_session *session;
static panveil_token token;

/* Reveals into a buffer that must stay as it was unless the status is OK. */
static uint32_t reveal(void) {
  uint8_t value[PANVEIL_PAN_CAPACITY];
  size_t length = 12345;
  memset(value, 0x55, sizeof value);
  panveil_reveal_request request = request_for(token.handle, NULL, NULL);
  uint32_t status = panveil_gate_reveal(gate, session, &request, value, sizeof value, &length);
  if (status == PANVEIL_OK) {
    CHECK(length == 16 && memcmp(value, PAN, 16) == 0);
    CHECK_OK(panveil_revealed_wipe(value, sizeof value));
  } else {
    for (size_t i = 0; i < sizeof value; i++) CHECK(value[i] == 0x55);
    CHECK(length == 12345);
  }
  return status;
}

static void a_clock_that_fails_gives_nothing_out(const panveil_vault *vault) {
  panveil_sealer *sealer = NULL;
  panveil_tokenizer *tokenizer = NULL;
  panveil_session *other = NULL;
  uint8_t bytes[128] = {0};
  size_t length = 7;
  CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));
  set(&host.clock_fails, 1);
  for (int i = 0; i < 500; i++) CHECK_STATUS(reveal(), PANVEIL_CALLBACK_FAILED);
  CHECK_STATUS(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 128, &length),
               PANVEIL_CALLBACK_FAILED);
  CHECK(length == 7 && bytes[0] == 0);
  CHECK_STATUS(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer), PANVEIL_CALLBACK_FAILED);
  CHECK_STATUS(panveil_gate_session(gate, PANVEIL_TEXT("t"), PANVEIL_TEXT("o"), &other), PANVEIL_CALLBACK_FAILED);
  CHECK(tokenizer == NULL && other == NULL);
  set(&host.clock_fails, 0);
  CHECK_OK(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 128, &length));
  CHECK_OK(panveil_sealer_free(sealer));
  CHECK_OK(reveal());
}

static void a_required_sink_that_fails_stops_reveals(const panveil_vault *vault) {
  uint32_t failed = 9;
  CHECK_OK(reveal());
  for (int i = 0; i < 20; i++) {
    set(&host.sink_fails, 1);
    /* The outcome of the reveal before may have met the sink first. */
    uint32_t status = reveal();
    CHECK(status == PANVEIL_SINK_FAILED || status == PANVEIL_AUDIT_UNAVAILABLE);
    CHECK_STATUS(reveal(), PANVEIL_AUDIT_UNAVAILABLE);
    CHECK_OK(panveil_vault_log_failed(vault, &failed));
    CHECK(failed == 1);
    /* The way in goes on. */
    tokenize(vault, PAN);
    set(&host.sink_fails, 0);
    CHECK_OK(panveil_vault_log_reopen(vault));
    CHECK_OK(panveil_vault_log_failed(vault, &failed));
    CHECK(failed == 0);
    CHECK_OK(reveal());
  }
}

static void a_required_sink_that_hangs_is_not_waited_for(const panveil_vault *vault) {
  set(&host.sink_hangs, 1);
  uint32_t status = reveal();
  CHECK(status == PANVEIL_SINK_TIMEOUT || status == PANVEIL_AUDIT_UNAVAILABLE);
  CHECK_STATUS(reveal(), PANVEIL_AUDIT_UNAVAILABLE);
  CHECK(panveil_vault_log_reopen(vault) != PANVEIL_OK);
  set(&host.sink_hangs, 0);
  /* The call that hung comes back; then the sink serves again. */
  pthread_mutex_lock(&host.lock);
  while (host.hanging) pthread_cond_wait(&host.changed, &host.lock);
  pthread_mutex_unlock(&host.lock);
  CHECK_OK(panveil_vault_log_reopen(vault));
  CHECK_OK(reveal());
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  a_vault_lives_under_a_key_of_the_host(argv[1]);
  create_vault(argv[1]);
  widen_policy(argv[1]);

  panveil_clock clock = {
      .struct_size = sizeof clock, .context = &host, .now = host_now, .release = clock_released};
  panveil_sink required = {.struct_size = sizeof required,
                           .duty = PANVEIL_SINK_REQUIRED,
                           .deadline_ms = 2000, /* long enough for a busy machine: only one test waits for it */
                           .name = {PANVEIL_TEXT("log-server")},
                           .context = &host,
                           .deliver = host_deliver,
                           .log_failed = host_log_failed,
                           .release = sink_released};
  panveil_sink best_effort = required;
  best_effort.duty = PANVEIL_SINK_BEST_EFFORT;
  best_effort.name = view("copy");
  const panveil_sink *sinks[] = {&required};
  panveil_open_options options = open_options();
  panveil_vault *vault = NULL;

  /* Contexts come back when opening fails, whatever it fails at. */
  options.clock = &clock;
  options.sinks = sinks;
  options.sink_count = 1;
  set(&host.clock_fails, 1);
  CHECK_STATUS(try_open(argv[1], &options, &vault), PANVEIL_CALLBACK_FAILED);
  set(&host.clock_fails, 0);
  required.duty = 9;
  CHECK_STATUS(try_open(argv[1], &options, &vault), PANVEIL_ARGUMENT);
  required.duty = PANVEIL_SINK_REQUIRED;
  options.passphrase = view("another passphrase");
  CHECK_STATUS(try_open(argv[1], &options, &vault), PANVEIL_WRONG_KEK);
  CHECK(host.clock_released == 3 && host.sink_released == 3);
  options.passphrase = view(PASSPHRASE);
  set(&host.sink_fails, 1);
  CHECK_STATUS(try_open(argv[1], &options, &vault), PANVEIL_SINK_FAILED);
  set(&host.sink_fails, 0);
  CHECK(vault == NULL);

  CHECK_OK(try_open(argv[1], &options, &vault));
  CHECK_OK(panveil_gate_new(vault, &gate));
  session = open_session(vault, gate);
  token = tokenize(vault, PAN);
  a_clock_that_fails_gives_nothing_out(vault);
  a_required_sink_that_fails_stops_reveals(vault);
  a_required_sink_that_hangs_is_not_waited_for(vault);
  CHECK(host.records > 0);
  CHECK_OK(panveil_vault_close(vault));
  CHECK(host.clock_released == 5);

  /* One that is not required may fail. */
  sinks[0] = &best_effort;
  CHECK_OK(try_open(argv[1], &options, &vault));
  CHECK_OK(panveil_gate_new(vault, &gate));
  session = open_session(vault, gate);
  set(&host.sink_fails, 1);
  for (int i = 0; i < 10; i++) CHECK_OK(reveal());
  set(&host.sink_fails, 0);
  CHECK_OK(panveil_vault_close(vault));
  pthread_mutex_lock(&host.lock);
  while (host.sink_released < 6) pthread_cond_wait(&host.changed, &host.lock);
  pthread_mutex_unlock(&host.lock);
  return 0;
}
