// Small blocks of Lua's heap (handles, closures, short strings, tables) from free lists: a garbage collection frees
// thousands of them at once, which malloc's own caches do not keep. Blocks return to the lists, slabs to the system
// when the host ends.
#include "internal.h"

#include <stdlib.h>
#include <string.h>

#define STEP 16
#define LARGEST (STEP * ATL_POOL_CLASSES)
#define SLAB ((size_t)32 << 10)

typedef struct slab {
  struct slab *next;
  char padding[STEP - sizeof(void *)];  // blocks stay 16-byte aligned
  char bytes[SLAB - STEP];
} slab;

static bool is_small(size_t size) { return size <= LARGEST; }

static int class_of(size_t size) { return (int)((size - 1) / STEP); }

static void *take(atl_pool *pool, int class) {
  atl_block *block = pool->free[class];
  if (block != NULL) {
    pool->free[class] = block->next;
    return block;
  }
  size_t size = (size_t)(class + 1) * STEP;
  if (pool->left < size) {
    slab *fresh = malloc(sizeof(slab));
    if (fresh == NULL) return NULL;
    fresh->next = pool->slabs;
    pool->slabs = fresh;
    pool->next = fresh->bytes;
    pool->left = sizeof(fresh->bytes);
  }
  void *taken = pool->next;
  pool->next += size;
  pool->left -= size;
  return taken;
}

void atl_pool_free(atl_pool *pool, void *block, size_t size) {
  if (block == NULL) return;
  if (!is_small(size)) {
    free(block);
    return;
  }
  atl_block *freed = block;
  freed->next = pool->free[class_of(size)];
  pool->free[class_of(size)] = freed;
}

void *atl_pool_resize(atl_pool *pool, void *block, size_t old_size, size_t new_size) {
  if (block == NULL) return is_small(new_size) ? take(pool, class_of(new_size)) : malloc(new_size);
  if (!is_small(old_size) && !is_small(new_size)) return realloc(block, new_size);
  if (is_small(old_size) && is_small(new_size) && class_of(old_size) == class_of(new_size)) return block;
  void *moved = is_small(new_size) ? take(pool, class_of(new_size)) : malloc(new_size);
  if (moved == NULL) return new_size <= old_size ? block : NULL;
  memcpy(moved, block, old_size < new_size ? old_size : new_size);
  atl_pool_free(pool, block, old_size);
  return moved;
}

void atl_pool_end(atl_pool *pool) {
  for (slab *next, *slab = pool->slabs; slab != NULL; slab = next) {
    next = slab->next;
    free(slab);
  }
}
