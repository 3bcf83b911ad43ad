/* The team of threads: the functions of libgomp that oneDNN calls, in a version of our own. A program that contains them
 * puts them before libgomp's, so that both run on one team. libgomp's team meets at the end of every region: a member
 * that other programs keep from its core holds up all for a time slice, region after region, and members that wait for
 * work hold cores for milliseconds. Here a region is a row of parts. The caller takes the first and then whatever nobody
 * has begun, so that it waits only for what is being computed; idle members soon sleep. */
#include <linux/futex.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <strings.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "internal.h"

/* How often (each 20 to 50 ns) a thread looks for what it waits for before it sleeps: 1000 to 64000 made no difference that
 * could be measured. GOMP_SPINCOUNT and OMP_WAIT_POLICY win. */
enum { MOST = 1024, SPIN = 4000, ACTIVE_SPIN = 1 << 24 };

typedef void (*part_body)(void *context);
typedef _Atomic uint32_t word;

static pthread_mutex_t owner = PTHREAD_MUTEX_INITIALIZER; /* held for a region: there is one at a time */
static pthread_once_t once = PTHREAD_ONCE_INIT;
static int members; /* threads made so far */
static int team, spin = SPIN;

/* The region. Set before its parts are offered, and left alone until the last of them is done. */
static part_body region_body;
static void *region_context;
static int region_size;

/* What is offered: the region's number, the next part, the number of parts (32, 16 and 16 bits). */
static _Atomic uint64_t offer;
static word calls, sleepers;    /* idle members sleep on `calls`; how many do */
static word finished, watching; /* parts that members are done with; whether the caller sleeps on that */
static word arrived, passed;    /* GOMP_barrier: threads that are there, and how often all were */

static _Thread_local int part_number, part_count = 1;

static void sleep_while(word *at, uint32_t value) { syscall(SYS_futex, at, FUTEX_WAIT_PRIVATE, value, NULL, NULL, 0); }

static void wake(word *at, int count) { syscall(SYS_futex, at, FUTEX_WAKE_PRIVATE, count, NULL, NULL, 0); }

/* Whether a word changed from `value` while its thread was awake for it. */
static bool changes_soon(word *at, uint32_t value) {
  for (int i = 0; i < spin; i++) {
    if (atomic_load_explicit(at, memory_order_acquire) != value) return true;
    __builtin_ia32_pause();
  }
  return atomic_load(at) != value;
}

static void read_settings(void) {
  const char *text = getenv("OMP_WAIT_POLICY");
  if (text != NULL) spin = strcasecmp(text, "active") == 0 ? ACTIVE_SPIN : strcasecmp(text, "passive") == 0 ? 0 : SPIN;
  text = getenv("GOMP_SPINCOUNT");
  if (text != NULL && *text >= '0' && *text <= '9') spin = (int)ck_min(strtoll(text, NULL, 10), INT32_MAX);
  text = getenv("OMP_NUM_THREADS");
  int64_t count = text == NULL ? 0 : strtoll(text, NULL, 10);
  if (count <= 0) count = sysconf(_SC_NPROCESSORS_ONLN);
  cpu_set_t cores;
  if (text == NULL && sched_getaffinity(0, sizeof cores, &cores) == 0) count = CPU_COUNT(&cores);
  if (team == 0) team = count < 1 ? 1 : (int)ck_min(count, MOST);
}

/* The number of a part that nobody has begun, or -1. */
static int take_part(void) {
  uint64_t now = atomic_load(&offer);
  while ((now >> 16 & 0xffff) < (now & 0xffff))
    if (atomic_compare_exchange_weak(&offer, &now, now + (1 << 16))) return (int)(now >> 16 & 0xffff);
  return -1;
}

static void run_part(int number) {
  part_number = number, part_count = region_size;
  region_body(region_context);
  part_number = 0, part_count = 1;
}

static void *serve(void *unused) {
  for (;;) {
    const uint32_t seen = atomic_load(&calls);
    for (int part; (part = take_part()) >= 0;) {
      run_part(part);
      atomic_fetch_add(&finished, 1);
      if (atomic_load(&watching)) wake(&finished, 1);
    }
    if (changes_soon(&calls, seen)) continue;
    atomic_fetch_add(&sleepers, 1);
    sleep_while(&calls, seen);
    atomic_fetch_sub(&sleepers, 1);
  }
  return unused;
}

/* Makes members until there are so many, or the system refuses. They answer no signals: those are for Lua's thread. */
static void make_members(int wanted) {
  sigset_t all, before;
  sigfillset(&all);
  pthread_sigmask(SIG_SETMASK, &all, &before);
  for (pthread_t thread; members < wanted && pthread_create(&thread, NULL, serve, NULL) == 0; members++)
    pthread_detach(thread);
  pthread_sigmask(SIG_SETMASK, &before, NULL);
}

/* In a child of fork there are no members. */
static void forget_members(void) { members = 0; }

static void set_up(void) {
  read_settings();
  pthread_atfork(NULL, NULL, forget_members);
}

static void wait_for_members(uint32_t parts) {
  for (uint32_t now; (now = atomic_load(&finished)) != parts;) {
    if (changes_soon(&finished, now)) continue;
    atomic_store(&watching, 1);
    sleep_while(&finished, now);
    atomic_store(&watching, 0);
  }
}

/* Runs body once for every number of a thread, on as many threads as are free. */
static void run_region(part_body body, void *context, int size) {
  region_body = body, region_context = context, region_size = size;
  atomic_store(&finished, 0);
  const uint64_t number = (atomic_load(&offer) >> 32) + 1;
  atomic_store(&offer, number << 32 | 1 << 16 | (uint64_t)size);
  atomic_fetch_add(&calls, 1);
  if (atomic_load(&sleepers) != 0) wake(&calls, size - 1);
  run_part(0);
  uint32_t own = 1;
  for (int part; (part = take_part()) >= 0; own++) run_part(part);
  wait_for_members((uint32_t)size - own);
}

void GOMP_parallel(part_body body, void *context, unsigned threads, unsigned flags) {
  (void)flags;
  pthread_once(&once, set_up);
  int size = threads == 0 ? team : (int)(threads < MOST ? threads : MOST);
  if (part_count > 1) size = 1;
  if (size > 1) {
    pthread_mutex_lock(&owner);
    make_members(size - 1);
    /* Parts may meet at a barrier, so that each needs a thread. */
    if (size > members + 1) size = members + 1;
    run_region(body, context, size);
    pthread_mutex_unlock(&owner);
    return;
  }
  const int number = part_number, count = part_count;
  part_number = 0, part_count = 1;
  body(context);
  part_number = number, part_count = count;
}

void GOMP_barrier(void) {
  if (part_count == 1) return;
  const uint32_t round = atomic_load(&passed);
  if (atomic_fetch_add(&arrived, 1) + 1 == (uint32_t)part_count) {
    atomic_store(&arrived, 0);
    atomic_fetch_add(&passed, 1);
    wake(&passed, MOST);
    return;
  }
  while (!changes_soon(&passed, round)) sleep_while(&passed, round);
}

int omp_in_parallel(void) { return part_count > 1; }

int omp_get_thread_num(void) { return part_number; }

int omp_get_num_threads(void) { return part_count; }

int omp_get_max_threads(void) {
  pthread_once(&once, set_up);
  return team;
}

void omp_set_num_threads(int threads) {
  pthread_once(&once, set_up);
  team = threads < 1 ? 1 : threads > MOST ? MOST : threads;
}
