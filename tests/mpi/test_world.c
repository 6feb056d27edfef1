/* The world on this many ranks: 1 2 3 4 5 6 7 8 12
 *
 * `test_world abort`, `test_world broken` and `test_world ending` instead end as a failing
 * rank does, for tests/mpi/abort.sh. */
#include "check.h"
#include "dist/world.h"
#include "lockstep/hash.h"
#include "lockstep/memory.h"
#include "lockstep/tree.h"
#include <math.h>
#include <mpi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { SHARDS = 16, MOST_RANKS = 16 };

static int first_shard, shard_count; /* this rank's */
static int rounds;                   /* nonzero: trees round every sum to bf16 */
static int waits;                    /* nonzero: one rank will abort */

typedef float (*element_of)(int shard, size_t element);

/* All ranks' numbers side by side, put together from the pieces in which they come. */
typedef struct {
  double *all;
  size_t count, taken;
} gathered;

static void take(void *context, int rank, size_t first, const double *numbers,
                 size_t count) {
  gathered *g = context;
  CHECK(g->taken == (size_t)rank * g->count + first); /* in order, each once */
  memcpy(g->all + g->taken, numbers, count * sizeof *numbers);
  g->taken += count;
}

static lk_status gather(const double *mine, size_t count, double *all) {
  gathered g = {.all = all, .count = count};
  lk_status status = lk_world_each(world, mine, count, take, &g);
  CHECK(g.taken == count * (size_t)lk_world_size(world));
  return status;
}

static float small_integer(int shard, size_t element) {
  return (float)((shard * 31 + (int)(element % 1000)) % 201 - 100);
}

/* Either sign and magnitudes from 2^-8 to 2^8, so that every order of adding rounds in its
 * own way. The bits are those of a mixing function (MurmurHash3's), for speed. */
static float random_float(int shard, size_t element) {
  uint32_t bits = (uint32_t)element * SHARDS + (uint32_t)shard;
  bits = (bits ^ bits >> 16) * 0x85ebca6bu;
  bits = (bits ^ bits >> 13) * 0xc2b2ae35u;
  bits ^= bits >> 16;
  uint32_t exponent = 119 + (bits & 15), number = (bits & 0x807fffffu) | exponent << 23;
  float value;
  memcpy(&value, &number, sizeof value);
  return value;
}

/* To 8 significant bits, ties to even, by arithmetic instead of bits. */
static float round_to_bf16(float value) {
  int exponent;
  double part = frexp((double)value, &exponent);
  return (float)ldexp(nearbyint(ldexp(part, 8)), exponent - 8);
}

/* The tree's definition, written as it is defined: shards first … first + span-1. */
static float tree_sum(element_of value, int first, int span, size_t element) {
  float sum = span == 1 ? value(first, element)
                        : tree_sum(value, first, span / 2, element) +
                              tree_sum(value, first + span / 2, span / 2, element);
  return rounds ? round_to_bf16(sum) : sum;
}

static lk_tree *make_tree(size_t count, lk_sum sum) {
  lk_tree *tree = NULL;
  CHECK(lk_tree_create(&tree, world, count, SHARDS, sum) == LK_OK);
  if (rounds) CHECK(lk_tree_round(tree) == LK_OK);
  return tree;
}

/* Which shards are this rank's, from now on. */
static void find_shards(void) {
  CHECK(lk_world_shards(world, SHARDS, &first_shard, &shard_count) == LK_OK);
}

static void fill_leaves(lk_tree *tree, element_of value, size_t count) {
  for (int shard = first_shard; shard < first_shard + shard_count; shard++) {
    float *leaf = lk_tree_leaf(tree);
    for (size_t i = 0; i < count; i++)
      leaf[i] += value(shard, i);
    lk_tree_add(tree);
  }
}

static size_t wrong_elements(const float *sum, element_of value, size_t count) {
  size_t wrong = 0;
  for (size_t i = 0; i < count; i++) {
    float expected = tree_sum(value, 0, SHARDS, i);
    wrong += memcmp(&sum[i], &expected, sizeof expected) != 0;
  }
  return wrong;
}

/* Every rank must hold rank 0's bits. */
static void check_replicas(const float *sum, size_t count) {
  lk_hash mine = lk_hash_bytes(sum, count * sizeof *sum), first = mine;
  CHECK(lk_world_broadcast(world, &first, sizeof first) == LK_OK);
  CHECK(!strcmp(mine.hex, first.hex));
  if (lk_world_rank(world) == 0 && count > 100000)
    printf("sum of %zu random floats, P=%d: %s\n", count, lk_world_size(world), mine.hex);
}

static void test_sums(size_t count) {
  lk_tree *tree = NULL;
  float *sum = NULL;
  CHECK(lk_tree_create(&tree, world, count, SHARDS, LK_SUM_EVERYWHERE) == LK_OK);
  uint64_t before = lk_allocations_made();
  fill_leaves(tree, small_integer, count);
  CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
  for (size_t i = 0; i < count; i++) {
    float expected = 0;
    for (int shard = 0; shard < SHARDS; shard++)
      expected += small_integer(shard, i);
    if (sum[i] != expected) {
      CHECK(!"a sum of small integers is exact");
      break;
    }
  }
  fill_leaves(tree, random_float, count); /* the same tree again: leaves start at zero */
  CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
  CHECK(wrong_elements(sum, random_float, count) == 0);
  check_replicas(sum, count);
  CHECK(lk_allocations_made() == before);
  lk_tree_free(tree);
}

/* All ranks learn the same times, and sums in larger pieces have the same bits. */
static void test_links(void) {
  const size_t count = 300001;
  float *sum = NULL;
  CHECK(lk_world_time_links(world) == LK_OK);
  lk_links links = *lk_world_links(world), first = links;
  CHECK(lk_world_broadcast(world, &first, sizeof first) == LK_OK);
  CHECK(!memcmp(&links, &first, sizeof links));
  CHECK(links.byte >= 0 && links.gap >= 0); /* 0 where a busy machine hides them */
  CHECK((links.latency > 0) == (lk_world_size(world) > 1));
  world->links = (lk_links){.gap = 1, .byte = 1e-9};
  lk_tree *tree = make_tree(count, LK_SUM_EVERYWHERE);
  CHECK(lk_world_size(world) == 1 || lk_tree_piece(tree) > count);
  fill_leaves(tree, random_float, count);
  CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
  CHECK(wrong_elements(sum, random_float, count) == 0);
  lk_tree_free(tree);
  world->links = (lk_links){0};
}

/* As a backward pass does: the last leaf is filled from its end on, in spans of many
 * lengths, and the sum goes on in between. What is not final yet holds something else. */
static void fill_from_the_end(lk_tree *tree, element_of value, size_t count) {
  for (int shard = first_shard; shard < first_shard + shard_count; shard++) {
    float *leaf = lk_tree_leaf(tree);
    for (size_t i = 0; i < count; i++)
      leaf[i] = 1e30f;
    for (size_t end = count, length = 1; end > 0; length = length * 3 + 1) {
      size_t from = end > length ? end - length : 0;
      for (size_t i = from; i < end; i++)
        leaf[i] = value(shard, i);
      end = from;
      lk_tree_finish(tree, end);
      lk_tree_finish(tree, end);
    }
    lk_tree_add(tree);
  }
}

/* Some ranks send early, the others late: the bits are the same, and nobody waits for ever.
 */
static void test_overlap(size_t count) {
  lk_tree *tree = make_tree(count, LK_SUM_EVERYWHERE);
  float *sum = NULL;
  uint64_t before = lk_allocations_made();
  for (int early = 1; early <= 3; early++) {
    if (early & (1 + lk_world_rank(world) % 2))
      fill_from_the_end(tree, random_float, count);
    else
      fill_leaves(tree, random_float, count);
    CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
    CHECK(wrong_elements(sum, random_float, count) == 0);
    check_replicas(sum, count);
  }
  CHECK(lk_allocations_made() == before);
  lk_tree_free(tree);
}

/* The tests above prove something only if other orders of adding give other bits. */
static void test_order_matters(void) {
  int differ = 0;
  for (size_t i = 0; i < 1000; i++) {
    float ahead = 0, tree = tree_sum(random_float, 0, SHARDS, i);
    for (int shard = 0; shard < SHARDS; shard++)
      ahead += random_float(shard, i);
    differ += ahead != tree;
  }
  CHECK(differ > 100);
}

/* Each rank's parts hold the sum; handed out, they make up the whole array everywhere. */
static void test_scattering(size_t count, int economises) {
  lk_tree *tree = make_tree(count, LK_SUM_SCATTERED);
  float *sum = NULL, *array = NULL;
  if (economises) lk_tree_economise(tree, &(lk_leaf_filling){.part = count / 4});
  CHECK(LK_NEW(array, count) == LK_OK);
  for (int early = 0; early <= 1; early++) {
    if (early)
      fill_from_the_end(tree, random_float, count);
    else
      fill_leaves(tree, random_float, count);
    CHECK(lk_tree_reduce(tree, &sum) == LK_OK);
    memset(array, 0xff, count * sizeof *array);
    for (int i = 0; i < lk_tree_parts(tree); i++) {
      size_t first, own;
      lk_tree_part(tree, i, &first, &own);
      memcpy(array + first, sum + first, own * sizeof *array);
    }
    CHECK(lk_tree_gather(tree, array) == LK_OK);
    CHECK(wrong_elements(array, random_float, count) == 0);
  }
  lk_free(array);
  lk_tree_free(tree);
}

/* What is handed out by itself keeps all its bits. */
static void test_gathering(size_t count) {
  lk_tree *tree = make_tree(count, LK_SUM_SCATTERED);
  float *array = NULL;
  CHECK(LK_NEW(array, count) == LK_OK);
  for (int i = 0; i < lk_tree_parts(tree); i++) {
    size_t first, own;
    lk_tree_part(tree, i, &first, &own);
    for (size_t e = first; e < first + own; e++)
      array[e] = random_float(0, e);
  }
  CHECK(lk_tree_gather(tree, array) == LK_OK);
  size_t wrong = 0;
  for (size_t e = 0; e < count; e++)
    wrong += array[e] != random_float(0, e);
  CHECK(wrong == 0);
  lk_free(array);
  lk_tree_free(tree);
}

/* The same bits on any number of ranks, and others than unrounded ones. */
static void test_rounding(void) {
  float whole = tree_sum(random_float, 0, SHARDS, 5);
  rounds = 1;
  CHECK(tree_sum(random_float, 0, SHARDS, 5) != whole);
  test_overlap(1000);
  test_overlap(3 * 131072 + 17);
  for (int economises = 0; economises <= 1; economises++)
    test_scattering(131072 + 1000, economises);
  test_gathering(131072 + 1000);
  rounds = 0;
}

/* A rank's parts are about its share of the array, and whole blocks of it. */
static void test_parts(size_t count) {
  lk_tree *tree = NULL;
  int P = lk_world_size(world);
  double mine = 0, all[MOST_RANKS], sum = 0;
  CHECK(lk_tree_create(&tree, world, count, SHARDS, LK_SUM_SCATTERED) == LK_OK);
  for (int i = 0; i < lk_tree_parts(tree); i++) {
    size_t first, own;
    lk_tree_part(tree, i, &first, &own);
    CHECK(first % LK_TREE_GRAIN == 0 && first + own <= count);
    CHECK(own % LK_TREE_GRAIN == 0 || first + own == count);
    mine += (double)own;
  }
  CHECK(mine <= (double)count / P + LK_TREE_GRAIN * lk_tree_parts(tree));
  CHECK(gather(&mine, 1, all) == LK_OK);
  for (int r = 0; r < P; r++)
    sum += all[r];
  CHECK(sum == (double)count);
  lk_tree_free(tree);
}

static void test_unfinished_tree(void) {
  lk_tree *tree = NULL;
  float *sum = NULL;
  CHECK(lk_tree_create(&tree, world, 10, 64, LK_SUM_EVERYWHERE) == LK_OK);
  lk_tree_leaf(tree);
  lk_tree_add(tree);
  CHECK(lk_tree_reduce(tree, &sum) == LK_INTERNAL);
  lk_tree_free(tree);
  CHECK(lk_tree_create(&tree, world, 10, 0, LK_SUM_EVERYWHERE) == LK_USAGE);
  CHECK(lk_tree_create(&tree, world, 10, 24, LK_SUM_EVERYWHERE) == LK_INTERNAL);
  CHECK(lk_tree_create(&tree, world, SIZE_MAX / 4, 64, LK_SUM_EVERYWHERE) == LK_INTERNAL);
  CHECK(tree == NULL);
}

/* Ranks from `lowest` on fail, each with its own code and message. */
static void test_agreement_from(int lowest) {
  const lk_status codes[] = {LK_USAGE, LK_BAD_DATA, LK_NO_INPUT, LK_IO};
  int rank = lk_world_rank(world);
  lk_status mine = rank < lowest ? LK_OK : lk_fail(codes[rank % 4], "rank %d failed", rank);
  CHECK(lk_world_agree(world, mine) == codes[lowest % 4]);
  char expected[64], place[32];
  snprintf(expected, sizeof expected, "rank %d failed", lowest);
  snprintf(place, sizeof place, "rank %d on ", lowest);
  CHECK(strstr(lk_message(), expected));
  if (lk_world_size(world) == 1) return;
  CHECK(!strncmp(lk_message(), place, strlen(place)));
  CHECK(strstr(lk_message(), lk_world_host(world)));

  char once[256]; /* agreeing again on what was agreed changes nothing */
  snprintf(once, sizeof once, "%s", lk_message());
  CHECK(lk_world_agree(world, codes[lowest % 4]) == codes[lowest % 4]);
  CHECK(!strcmp(once, lk_message()));
}

static void test_agreement(void) {
  CHECK(lk_world_agree(world, LK_OK) == LK_OK);
  for (int lowest = 0; lowest < lk_world_size(world); lowest++)
    test_agreement_from(lowest);
}

static void test_long_message(void) {
  static char text[10000];
  memset(text, 'x', sizeof text - 1);
  CHECK(lk_world_agree(world, lk_fail(LK_IO, "%s", text)) == LK_IO);
  CHECK(strlen(lk_message()) > 4000);
}

static void test_any(void) {
  int any = -1, P = lk_world_size(world);
  CHECK(lk_world_any(world, 0, &any) == LK_OK && any == 0);
  for (int r = 0; r < P; r++)
    CHECK(lk_world_any(world, r == lk_world_rank(world) ? 256 : 0, &any) == LK_OK && any);
}

/* In a part a rank has another number, but messages name it by its own. */
static void test_agreement_in(lk_world *part) {
  int last = lk_world_rank(part) == lk_world_size(part) - 1;
  char place[32];
  snprintf(place, sizeof place, "rank %d on ", lk_world_rank(world));
  lk_status mine = last ? lk_fail(LK_IO, "the last one failed") : LK_OK;
  CHECK(lk_world_agree(part, mine) == LK_IO);
  CHECK(strstr(lk_message(), "the last one failed"));
  if (last && lk_world_size(part) > 1) CHECK(!strncmp(lk_message(), place, strlen(place)));
}

/* What the ranks of one parity do concerns the others in nothing: the odd ones do less. */
static void test_part(void) {
  int rank = lk_world_rank(world), odd = rank % 2;
  lk_world *part = NULL, *all = world;
  CHECK(lk_world_part(&part, world, odd) == LK_OK);
  int size = lk_world_size(part);
  CHECK(lk_world_rank(part) == rank / 2 && size == (lk_world_size(all) + !odd) / 2);
  double mine = rank, sum = 0;
  if (!odd) {
    CHECK(lk_world_add_rows(part, &mine, 1, 1, &sum) == LK_OK);
    CHECK(sum == size * (size - 1));
    test_agreement_in(part);
    world = part;
    find_shards();
    test_sums(65536);
    world = all;
    find_shards();
  }
  float handed = (float)odd;
  CHECK(lk_world_broadcast(part, &handed, sizeof handed) == LK_OK && handed == (float)odd);
  lk_world_part_free(part);
}

static void test_broadcast(void) {
  size_t size = (3u << 20) + 7;
  unsigned char *bytes = NULL;
  CHECK(LK_NEW(bytes, size) == LK_OK);
  for (size_t i = 0; i < size && lk_world_rank(world) == 0; i++)
    bytes[i] = (unsigned char)(i * 7 + i / 251);
  CHECK(lk_world_broadcast(world, bytes, size) == LK_OK);
  size_t wrong = 0;
  for (size_t i = 0; i < size; i++)
    wrong += bytes[i] != (unsigned char)(i * 7 + i / 251);
  CHECK(wrong == 0);
  CHECK(lk_world_broadcast(world, bytes, 0) == LK_OK);
  lk_free(bytes);
}

static double number_of(int rank, size_t i) {
  return i % 5 == 3 ? -0.0 : rank + 1 / (double)(i + 3);
}

static size_t count_wrong(const double *all, int ranks, size_t n) {
  size_t wrong = 0;
  for (int r = 0; r < ranks; r++)
    for (size_t i = 0; i < n; i++) {
      double expected = number_of(r, i);
      wrong += memcmp(&all[(size_t)r * n + i], &expected, sizeof expected) != 0;
    }
  return wrong;
}

/* In one go, in pieces of several ranks, in several pieces a rank. */
static void test_each(size_t n) {
  int P = lk_world_size(world);
  double *mine = NULL, *all = NULL;
  CHECK(LK_NEW(mine, n) == LK_OK && LK_NEW(all, n * (size_t)P) == LK_OK);
  for (size_t i = 0; i < n; i++)
    mine[i] = number_of(lk_world_rank(world), i);
  uint64_t before = lk_allocations_made();
  CHECK(gather(mine, n, all) == LK_OK);
  CHECK(lk_allocations_made() == before);
  CHECK(count_wrong(all, P, n) == 0);
  lk_free(mine);
  lk_free(all);
}

/* Row after row: another order of adding rounds these otherwise. */
static void test_add_rows(void) {
  enum { ROWS = 3000 };
  static double mine[2 * ROWS];
  double sums[2] = {0}, expected[2] = {0};
  for (size_t i = 0; i < 2 * ROWS; i++)
    mine[i] = number_of(lk_world_rank(world), i);
  CHECK(lk_world_add_rows(world, mine, 2 * ROWS, 2, sums) == LK_OK);
  for (int r = 0; r < lk_world_size(world); r++)
    for (size_t i = 0; i < 2 * ROWS; i++)
      expected[i % 2] += number_of(r, i);
  CHECK(!memcmp(sums, expected, sizeof sums));
}

/* From each rank to each: a number that it makes of both. */
static void test_hand(void) {
  int rank = lk_world_rank(world), P = lk_world_size(world);
  for (int from = 0; from < P; from++)
    for (int to = 0; to < P; to++) {
      int sent = 100 * from + to, number = rank == from ? sent : -1;
      if (rank != from && rank != to) continue;
      CHECK(lk_world_hand(world, from, to, &number, sizeof number) == LK_OK);
      CHECK(number == sent);
    }
}

/* The tests use one host. */
static void test_find_hosts(void) {
  int leads = -1, elsewhere = -1;
  CHECK(lk_world_find_hosts(world, &leads, &elsewhere) == LK_OK);
  CHECK(elsewhere == 0 && leads == (lk_world_rank(world) == 0));
}

static void test_describe(void) {
  char *text = NULL, expected[512];
  int P = lk_world_size(world);
  CHECK(lk_world_describe(world, &text) == LK_OK);
  snprintf(expected, sizeof expected, "%d rank%s on %s:%d", P, P == 1 ? "" : "s",
           lk_world_host(world), P);
  CHECK(lk_world_rank(world) ? !text : text && !strcmp(text, expected));
  lk_free(text);
}

static int host_of(int rank, int hosts) {
  return rank * hosts / lk_world_size(world);
}

/* So many hosts, which the ranks take themselves to be on, one after the other. */
static void test_describe_hosts(int hosts) {
  int P = lk_world_size(world), length;
  char *text = NULL, expected[512], own[LK_HOST_SIZE];
  memcpy(own, world->host, sizeof own);
  snprintf(world->host, sizeof world->host, "h%d", host_of(lk_world_rank(world), hosts));
  CHECK(lk_world_describe(world, &text) == LK_OK);
  memcpy(world->host, own, sizeof own);
  length = snprintf(expected, sizeof expected, "%d rank%s on ", P, P == 1 ? "" : "s");
  for (int host = 0; host < hosts; host++) {
    int ranks = 0;
    for (int r = 0; r < P; r++)
      ranks += host_of(r, hosts) == host;
    length += sprintf(expected + length, "%sh%d:%d", host ? "," : "", host, ranks);
  }
  CHECK(lk_world_rank(world) ? !text : text && !strcmp(text, expected));
  lk_free(text);
}

/* Every kind of bits, one word on each rank by turns. */
static void test_unite(void) {
  const float kinds[] = {-0.0f, 1e-45f, -3.5f, NAN, INFINITY, 0.0f};
  enum { WORDS = 1000, KINDS = sizeof kinds / sizeof *kinds };
  float words[WORDS] = {0};
  for (int i = lk_world_rank(world); i < WORDS; i += lk_world_size(world))
    words[i] = kinds[i % KINDS];
  CHECK(lk_world_unite(world, words, WORDS) == LK_OK);
  for (int i = 0; i < WORDS; i++)
    CHECK(!memcmp(&words[i], &kinds[i % KINDS], sizeof *kinds));
}

static void test_shards(int is_even) {
  int P = lk_world_size(world), first = -1, count = -1;
  for (int V = 1; V < P; V++)
    CHECK(lk_world_shards(world, V, &first, &count) == LK_USAGE);
  for (int V = P; V <= 64; V++) {
    double mine[2], all[2 * MOST_RANKS], next = 0;
    int least = is_even ? V / P : 1;
    CHECK(lk_world_shards(world, V, &first, &count) == LK_OK);
    mine[0] = first, mine[1] = count;
    CHECK(gather(mine, 2, all) == LK_OK);
    for (int r = 0; r < P; r++) {
      CHECK(all[2 * r] == next && all[2 * r + 1] >= least);
      next += all[2 * r + 1];
    }
    CHECK(next == V);
  }
}

/* Any shares give the bits of the even ones, and of one rank. */
static void test_uneven_shares(void) {
  double rates[MOST_RANKS];
  int P = lk_world_size(world), most = 0;
  for (int draw = 0; draw < 3; draw++) {
    for (int r = 0; r < P; r++)
      rates[r] = 1 + (r * 7 + draw * 5) % 11;
    CHECK(lk_world_deal_by(world, rates) == LK_OK);
    find_shards();
    CHECK(lk_world_most_shards(world, SHARDS, &most) == LK_OK && shard_count <= most);
    test_shards(0);
    test_sums(1000);
    test_overlap(131072 + 17);
    rounds = draw == 2;
    test_scattering(131072 + 1000, draw % 2);
    rounds = 0;
    test_parts(3 * 131072 + 1000);
  }
  CHECK(lk_world_deal_by(world, NULL) == LK_OK);
  find_shards();
}

static void test_place(void) {
  double mine = lk_world_rank(world), all[MOST_RANKS];
  CHECK(gather(&mine, 1, all) == LK_OK);
  for (int r = 0; r < lk_world_size(world); r++)
    CHECK(all[r] == r);
  CHECK(lk_world_local_size(world) == lk_world_size(world)); /* the tests use one host */
  CHECK(strlen(lk_world_host(world)) > 0);
}

/* The last rank fails while the others wait for it. */
static void end_by_abort(void) {
  int any = 0;
  if (lk_world_rank(world) == lk_world_size(world) - 1)
    lk_world_abort(world, lk_fail(LK_BAD_DATA, "shard 7 is damaged"));
  lk_world_any(world, 0, &any);
  puts("a waiting rank went on");
}

/* The same, but it is MPI that fails. */
static void end_by_broken_mpi(void) {
  int any = 0;
  if (lk_world_rank(world) == lk_world_size(world) - 1)
    lk_world_report(world, lk_world_tell(world, -1, &any, sizeof any));
  lk_world_any(world, 0, &any);
  puts("a waiting rank went on");
}

/* Instead of the library's. */
int MPI_Finalize(void) {
  if (waits) puts("a waiting rank went on");
  return PMPI_Finalize();
}

/* The same, while the others are at their end already, but not in MPI_Finalize: where they
 * are, Open MPI 4's mpirun may crash, or hang for good. */
static void end_by_late_abort(void) {
  waits = 1;
  if (lk_world_rank(world) == lk_world_size(world) - 1) {
    usleep(200000);
    lk_world_abort(world, lk_fail(LK_BAD_DATA, "shard 7 is damaged"));
  }
  lk_world_free(world);
}

static void run_tests(void) {
  const size_t numbers[] = {0, 1, 3, 512, 5000, 20001};
  const size_t counts[] = {0, 1, 2, 15, 16, 17, 31, 33, 1000, 65536, 131089, 300001};
  test_place();
  test_shards(1);
  find_shards();
  test_order_matters();
  for (size_t i = 0; i < sizeof counts / sizeof *counts; i++)
    test_sums(counts[i]);
  test_overlap(1000);
  test_overlap(10 * 131072 + 17); /* more pieces than travel at a time */
  test_links();
  for (int economises = 0; economises <= 1; economises++) {
    test_scattering(0, economises);
    test_scattering(100, economises);
    test_scattering(3 * 131072 + 1000, economises);
  }
  test_rounding();
  test_parts(3 * 131072 + 1000);
  test_uneven_shares();
  test_unfinished_tree();
  test_agreement();
  test_part();
  test_long_message();
  test_any();
  test_broadcast();
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers; i++)
    test_each(numbers[i]);
  test_add_rows();
  test_hand();
  test_find_hosts();
  test_describe();
  for (int hosts = 1; hosts <= lk_world_size(world); hosts++)
    test_describe_hosts(hosts);
  test_unite();
}

int main(int argc, char **argv) {
  int failed_anywhere = 1;
  if (lk_world_create(&world, &argc, &argv) != LK_OK) {
    fprintf(stderr, "%s\n", lk_message());
    return EXIT_FAILURE;
  }
  if (argc > 1 && !strcmp(argv[1], "abort"))
    end_by_abort();
  else if (argc > 1 && !strcmp(argv[1], "ending"))
    end_by_late_abort();
  else if (argc > 1)
    end_by_broken_mpi();
  else
    run_tests();
  if (lk_world_any(world, failures != 0, &failed_anywhere) != LK_OK) failed_anywhere = 1;
  lk_world_free(world);
  if (lk_allocations_alive() != 0) {
    fprintf(stderr, "%llu allocations were not freed\n",
            (unsigned long long)lk_allocations_alive());
    failed_anywhere = 1;
  }
  return failed_anywhere ? EXIT_FAILURE : EXIT_SUCCESS;
}
