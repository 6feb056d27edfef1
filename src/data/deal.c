#include "data/deal.h"
#include "lockstep/memory.h"
#include <assert.h>
#include <stdlib.h>

lk_status lk_dealer_create(lk_dealer *dealer, uint64_t most_cards, uint64_t most_hands) {
  *dealer = (lk_dealer){0};
  LK_TRY(LK_NEW(dealer->cards, most_cards));
  LK_TRY(LK_NEW(dealer->hands, most_hands));
  LK_TRY(LK_NEW(dealer->slots, most_hands));
  return LK_NEW(dealer->order, most_hands);
}

void lk_dealer_free(lk_dealer *dealer) {
  lk_free(dealer->cards);
  lk_free(dealer->hands);
  lk_free(dealer->slots);
  lk_free(dealer->order);
}

static int compare(uint64_t a, uint64_t b) {
  return (a > b) - (a < b);
}

static int dearest_first(const void *a, const void *b) {
  const lk_dealt_item *left = a, *right = b;
  int order = compare(right->cost, left->cost);
  return order ? order : compare(left->place, right->place);
}

static int as_they_came(const void *a, const void *b) {
  const lk_dealt_item *left = a, *right = b;
  int order = compare(left->hand, right->hand);
  return order ? order : compare(left->place, right->place);
}

static int cheapest_first(const void *a, const void *b) {
  const lk_hand *left = a, *right = b;
  int order = compare(left->cost, right->cost);
  return order ? order : compare(left->number, right->number);
}

static int by_size(const void *a, const void *b) {
  const lk_hand *left = a, *right = b;
  int order = compare(left->size, right->size);
  return order ? order : cheapest_first(a, b);
}

/* Cards of a hand of `size` in front of a round: small hands sit out as late as they can,
 * when cards are cheap, and evenly. */
static uint64_t before_round(uint64_t size, uint64_t round, uint64_t rounds) {
  return (size * round + rounds - 1) / rounds;
}

/* A card a round to each hand: the cheapest hand gets the dearest card. */
static void deal_rounds(lk_dealer *d, size_t cards, uint32_t hands) {
  uint64_t rounds = 0;
  size_t next = 0;
  for (uint32_t i = 0; i < hands; i++)
    if (d->hands[i].size > rounds) rounds = d->hands[i].size;
  for (uint64_t round = 0; round < rounds; round++) {
    qsort(d->hands, hands, sizeof *d->hands, cheapest_first);
    for (uint32_t i = 0; i < hands; i++) {
      lk_hand *hand = &d->hands[i];
      if (before_round(hand->size, round + 1, rounds) ==
          before_round(hand->size, round, rounds))
        continue;
      assert(next < cards);
      d->cards[next].hand = hand->number;
      hand->cost += d->cards[next++].cost;
    }
  }
  assert(next == cards);
}

/* Each hand to a step whose micro-batch has its size: the cheapest to that with the lowest
 * number in a random order. d->order becomes the step of each hand. */
static void choose_steps(lk_dealer *d, const lk_stream *stream, uint32_t hands) {
  lk_random_order(stream, hands, d->order);
  for (uint32_t i = 0; i < hands; i++)
    d->slots[i].cost = d->order[i];
  qsort(d->slots, hands, sizeof *d->slots, by_size);
  qsort(d->hands, hands, sizeof *d->hands, by_size);
  for (uint32_t i = 0; i < hands; i++) {
    assert(d->hands[i].size == d->slots[i].size);
    d->order[d->hands[i].number] = d->slots[i].number;
  }
}

void lk_deal(lk_dealer *dealer, const lk_stream *stream, size_t cards, uint32_t hands) {
  lk_dealer *d = dealer;
  for (uint32_t i = 0; i < hands; i++) {
    d->hands[i].number = i;
    d->hands[i].cost = 0;
    d->slots[i] = d->hands[i];
  }
  for (size_t i = 0; i < cards; i++)
    d->cards[i].place = (uint32_t)i;
  qsort(d->cards, cards, sizeof *d->cards, dearest_first);
  deal_rounds(d, cards, hands);
  choose_steps(d, stream, hands);
  for (size_t i = 0; i < cards; i++)
    d->cards[i].hand = d->order[d->cards[i].hand];
  qsort(d->cards, cards, sizeof *d->cards, as_they_came);
}
