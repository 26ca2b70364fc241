/* Many threads share handles, make and free their own, and one closes the vault under all of them: threads DIR. */
#include <pthread.h>
#include <stdatomic.h>

#include "check.h"

#define THREADS 16
#define PAN "4111111111111111"

static panveil_vault *vault;
static panveil_tokenizer *tokenizer;
static panveil_sealer *sealer;
static panveil_gate *gate;
static panveil_session *session;
static panveil_token token;
static pthread_barrier_t start;
static atomic_int closed;
static atomic_size_t in_use;

/* What a call may say while another thread closes the vault; without that, only OK. */
static int fine(uint32_t status) {
  return status == PANVEIL_OK || (atomic_load(&closed) && status == PANVEIL_STALE_HANDLE);
}

static void *work(void *own) {
  size_t number = (size_t)own, rounds = 0;
  pthread_barrier_wait(&start);
  for (;; rounds++) {
    int was_closed = atomic_load(&closed);
    panveil_token made;
    uint8_t bytes[128];
    size_t length;
    uint32_t status = panveil_tokenizer_tokenize(tokenizer, PANVEIL_TEXT(PAN), 0, PANVEIL_LAYOUT_AUTO, &made);
    CHECK(fine(status));
    if (status == PANVEIL_OK) CHECK(strcmp(made.handle, token.handle) == 0);
    CHECK(fine(panveil_sealer_seal_pan(sealer, PANVEIL_TEXT(PAN), 0, PANVEIL_TEXT("C1"), bytes, 128, &length)));
    panveil_tokenizer *own_tokenizer = NULL;
    status = panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &own_tokenizer);
    CHECK(fine(status));
    if (status == PANVEIL_OK) {
      status = panveil_tokenizer_tokenize(own_tokenizer, PANVEIL_TEXT(PAN), 0, PANVEIL_LAYOUT_AUTO, &made);
      CHECK(fine(status));
      CHECK(fine(panveil_tokenizer_free(own_tokenizer)));
    }
    if (number % 4 == 0) {
      panveil_reveal_request request = request_for(token.handle, NULL, NULL);
      memset(bytes, 0x55, sizeof bytes);
      status = panveil_gate_reveal(gate, session, &request, bytes, sizeof bytes, &length);
      CHECK(fine(status));
      CHECK(status == PANVEIL_OK ? memcmp(bytes, PAN, 16) == 0 : bytes[0] == 0x55);
    }
    if (was_closed) break;
  }
  return (void *)rounds;
}

static void *close_it(void *directory) {
  (void)directory;
  pthread_barrier_wait(&start);
  /* After some work of everybody's. */
  for (int i = 0; i < 40; i++) tokenize(vault, PAN);
  atomic_store(&closed, 1);
  uint32_t status = panveil_vault_close(vault);
  CHECK(status == PANVEIL_OK || status == PANVEIL_IN_USE);
  if (status == PANVEIL_IN_USE) atomic_fetch_add(&in_use, 1);
  CHECK_STATUS(panveil_vault_close(vault), PANVEIL_STALE_HANDLE);
  return NULL;
}

int main(int argc, char **argv) {
  CHECK(argc == 2);
  create_vault(argv[1]);
  widen_policy(argv[1]);
  for (int round = 0; round < 8; round++) {
    atomic_store(&closed, 0);
    vault = open_vault(argv[1]);
    CHECK_OK(panveil_tokenizer_new(vault, PANVEIL_TEXT("orders"), &tokenizer));
    CHECK_OK(panveil_sealer_new(vault, PANVEIL_TEXT("orders"), PANVEIL_TEXT("pan"), &sealer));
    CHECK_OK(panveil_gate_new(vault, &gate));
    session = open_session(vault, gate);
    token = tokenize(vault, PAN);
    pthread_t threads[THREADS + 1];
    CHECK(pthread_barrier_init(&start, NULL, THREADS + 1) == 0);
    for (size_t i = 0; i < THREADS; i++) CHECK(pthread_create(&threads[i], NULL, work, (void *)i) == 0);
    CHECK(pthread_create(&threads[THREADS], NULL, close_it, argv[1]) == 0);
    for (size_t i = 0; i <= THREADS; i++) CHECK(pthread_join(threads[i], NULL) == 0);
    CHECK(pthread_barrier_destroy(&start) == 0);
    /* Nobody holds it any more, so the next round can open it at once. */
  }
  printf("threads: %zu of 8 closings found calls at work\n", atomic_load(&in_use));
  return 0;
}
