/* Memory of large tensors, and giving it back. */
#include <pthread.h>
#include <signal.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "internal.h"

/* Giving back more than this takes longer than an interrupt may wait. */
static const size_t slow = (size_t)1 << 28;
static const size_t huge_page = (size_t)2 << 20;

/* From two huge pages on a mapping starts at one: 512 times fewer page faults. */
void *ck_map(size_t bytes) {
  const size_t spare = bytes >= 2 * huge_page ? huge_page : 0;
  char *memory = mmap(NULL, bytes + spare, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
  if (memory == MAP_FAILED) return NULL;
  if (spare == 0) return memory;
  const size_t before = -(uintptr_t)memory & (huge_page - 1);
  if (before > 0) munmap(memory, before);
  if (before < spare) munmap(memory + before + bytes, spare - before);
  madvise(memory + before, bytes, MADV_HUGEPAGE);
  return memory + before;
}

typedef struct {
  void *memory;
  size_t bytes;
} mapping;

static void *unmap_now(void *argument) {
  mapping *m = argument;
  munmap(m->memory, m->bytes);
  free(m);
  return NULL;
}

static void *free_now(void *memory) {
  free(memory);
  return NULL;
}

/* Runs body(argument) on a thread of its own, or here when there is none. */
static void aside(void *(*body)(void *), void *argument) {
  /* The thread answers no signals: they are for those who run Lua. */
  pthread_t thread;
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  const int refused = pthread_create(&thread, NULL, body, argument);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
  if (refused)
    body(argument);
  else
    pthread_detach(thread);
}

void ck_unmap(void *memory, size_t bytes) {
  mapping *m = bytes < slow ? NULL : malloc(sizeof *m);
  if (m == NULL) {
    munmap(memory, bytes);
    return;
  }
  *m = (mapping){memory, bytes};
  aside(unmap_now, m);
}

void ck_free(void *memory, size_t bytes) {
  if (bytes < slow)
    free(memory);
  else
    aside(free_now, memory);
}
