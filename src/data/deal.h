/* Documents dealt to micro-batches so that these cost the same. Private to src/data. */
#ifndef LOCKSTEP_DATA_DEAL_H
#define LOCKSTEP_DATA_DEAL_H

#include "lockstep/random.h"
#include "lockstep/status.h"

/* A document. */
typedef struct {
  uint64_t document, cost;
  uint32_t place; /* in the order in which they came */
  uint32_t hand;  /* that it is dealt to */
} lk_dealt_item;

/* A micro-batch. */
typedef struct {
  uint64_t size; /* documents that it gets */
  uint64_t cost; /* of those that it has */
  uint32_t number;
} lk_hand;

/* Room for dealing, reused. */
typedef struct {
  lk_dealt_item *cards;   /* (most cards) */
  lk_hand *hands, *slots; /* (most hands) */
  uint32_t *order;        /* (most hands) */
} lk_dealer;

/* On failure, too, the caller owns what is in *dealer: lk_dealer_free. */
lk_status lk_dealer_create(lk_dealer *dealer, uint64_t most_cards, uint64_t most_hands);
void lk_dealer_free(lk_dealer *dealer);

/* Deals dealer->cards[cards], document and cost of which are given in the order in which
 * they come, to as many micro-batches as are given in dealer->hands[hands] by size, one a
 * step; their sizes add up to `cards`. Then the cards stand in the order of the steps, each
 * step's as they came. Micro-batches of a size cost about the same; which of them is at
 * which step is random, but by the stream alone the step of the cheapest, of the second
 * cheapest and so on: where other cards are dealt by the same stream, their steps are those
 * of alike costs. Takes time cards · log(cards) at most, and no memory. */
void lk_deal(lk_dealer *dealer, const lk_stream *stream, size_t cards, uint32_t hands);

#endif
