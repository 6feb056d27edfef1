#include "dist/route.h"
#include "lockstep/memory.h"
#include <assert.h>

/* A first pass counts what a second one lists. */
typedef struct {
  lk_layout layout;
  int rank;
  size_t count;
  lk_route *route; /* its lists are NULL in the first pass */
} builder;

static void list(builder *b, lk_move move) {
  lk_route *route = b->route;
  if (move.span.count == 0) return;
  if (route->moves) route->moves[route->moves_used] = move;
  route->moves_used++;
}

static void end_stage(builder *b, int begin) {
  lk_route *route = b->route;
  lk_stage stage = {.begin = begin, .end = route->moves_used};
  if (begin == stage.end) return;
  if (route->stages) {
    size_t traffic = 0;
    for (int i = begin; i < stage.end; i++) {
      if (route->moves[i].kind == LK_ADD) continue;
      stage.messages++;
      traffic += route->moves[i].span.count;
    }
    if (stage.messages > route->messages) route->messages = stage.messages;
    if (traffic > route->traffic) route->traffic = traffic;
    route->stages[route->stages_used] = stage;
  }
  route->stages_used++;
}

static lk_stretch span_of(const builder *b, lk_node node, int rank) {
  return lk_member_stretch(b->layout, node, rank, b->count);
}

/* The node of this level that the rank is a member of. */
static lk_node own_node(const builder *b, int level) {
  return lk_node_of(lk_first_shard(b->layout, b->rank), level);
}

/* The sibling's sum comes from one rank that has all its shards and is no member. */
static void receive_from_guest(builder *b, lk_node sibling, lk_stretch own) {
  int guest = lk_shard_rank(b->layout, sibling.index << sibling.level);
  lk_move in = {.kind = LK_RECEIVE, .peer = guest, .array = LK_LANDING, .span = own};
  lk_move add = {.kind = LK_ADD, .array = LK_LANDING, .span = own};
  if (guest == b->rank) return; /* added by give_to_members */
  list(b, in);
  list(b, add);
}

/* What a member holds before the node's sum is made: of which child's, and what of it. */
static lk_stretch held_below(const builder *b, lk_node node, int rank, int *child) {
  lk_node of = lk_node_of(lk_first_shard(b->layout, rank), node.level - 1);
  *child = of.index;
  return span_of(b, of, rank);
}

/* Each member sends the others what will be theirs. What comes from the rank's own side is
 * a part of the same sum, and takes its place in it. */
static void swap_with_members(builder *b, lk_node node, lk_stretch own) {
  int side, other_side, first, members = lk_count_members(b->layout, node, &first);
  lk_stretch held = held_below(b, node, b->rank, &side);
  for (int r = first; r < first + members; r++) {
    if (r == b->rank) continue;
    lk_stretch in = lk_stretch_common(held_below(b, node, r, &other_side), own);
    lk_stretch out = lk_stretch_common(span_of(b, node, r), held);
    lk_move receive = {LK_RECEIVE, r, LK_LANDING, in, in.first - own.first};
    if (other_side == side) receive.array = 0;
    list(b, receive);
    list(b, (lk_move){LK_SEND, r, 0, out, 0});
  }
  list(b, (lk_move){.kind = LK_ADD, .array = LK_LANDING, .span = own});
}

static void go_up(builder *b, int level) {
  lk_node node = own_node(b, level), child = own_node(b, level - 1);
  lk_node sibling = lk_node_sibling(child);
  lk_stretch own = span_of(b, node, b->rank);
  if (lk_is_inside(b->layout, node, b->rank)) return;
  if (own.count > b->route->landing) b->route->landing = own.count;
  if (lk_count_members(b->layout, sibling, NULL) == 0)
    receive_from_guest(b, sibling, own);
  else
    swap_with_members(b, node, own);
}

/* The sum of a whole node that the rank is no member of. */
static void give_to_members(builder *b, lk_node node, int array) {
  lk_node parent = {node.level + 1, node.index / 2};
  int first, members = lk_count_members(b->layout, parent, &first);
  assert(members > 0 && lk_count_members(b->layout, node, NULL) == 0);
  for (int r = first; r < first + members; r++) {
    lk_move move = {.kind = r == b->rank ? LK_ADD : LK_SEND, .peer = r, .array = array};
    move.span = span_of(b, parent, r);
    list(b, move);
  }
}

static void list_scattering(builder *b) {
  lk_node whole[LK_MOST_WHOLE];
  int wholes = lk_count_whole(b->layout, b->rank, whole);
  for (int level = 1; level <= lk_layout_levels(b->layout); level++) {
    int begin = b->route->moves_used;
    go_up(b, level);
    for (int i = 1; i < wholes; i++)
      if (whole[i].level == level - 1) give_to_members(b, whole[i], i);
    end_stage(b, begin);
  }
}

static void go_down(builder *b, int level) {
  lk_node node = own_node(b, level);
  lk_stretch held = span_of(b, node, b->rank);
  int side, first, members = lk_count_members(b->layout, node, &first);
  lk_stretch wanted = held_below(b, node, b->rank, &side);
  for (int r = first; r < first + members; r++) {
    if (r == b->rank) continue;
    lk_stretch in = lk_stretch_common(span_of(b, node, r), wanted);
    lk_stretch out = lk_stretch_common(held, held_below(b, node, r, &side));
    list(b, (lk_move){LK_RECEIVE, r, 0, in, 0});
    list(b, (lk_move){LK_SEND, r, 0, out, 0});
  }
}

static void list_gathering(builder *b) {
  for (int level = lk_layout_levels(b->layout); level > 0; level--) {
    int begin = b->route->moves_used;
    go_down(b, level);
    end_stage(b, begin);
  }
}

static void list_all(builder *b) {
  b->route->moves_used = b->route->stages_used = 0;
  list_scattering(b);
  b->route->scattering = b->route->stages_used;
  list_gathering(b);
}

lk_status lk_route_create(lk_route **out, lk_layout layout, int rank, size_t count) {
  lk_route *route = NULL;
  *out = NULL;
  assert(lk_layout_is_valid(layout) && 0 <= rank && rank < layout.ranks);
  LK_TRY(LK_NEW(route, 1));
  builder b = {layout, rank, count, route};
  list_all(&b);
  lk_status status = LK_NEW(route->moves, (size_t)route->moves_used + 1);
  if (status == LK_OK) status = LK_NEW(route->stages, (size_t)route->stages_used + 1);
  if (status != LK_OK) {
    lk_route_free(route);
    return status;
  }
  list_all(&b);
  route->own =
      lk_member_stretch(layout, own_node(&b, lk_layout_levels(layout)), rank, count);
  *out = route;
  return LK_OK;
}

void lk_route_free(lk_route *route) {
  if (!route) return;
  lk_free(route->moves);
  lk_free(route->stages);
  lk_free(route);
}
