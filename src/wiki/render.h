/* The second pass: what marks stand for. */
#ifndef LOCKSTEP_WIKI_RENDER_H
#define LOCKSTEP_WIKI_RENDER_H

#include "wiki/wiki.h"

/* Begins what ends at mark->end; LK_WIKI_DEPTH frames at most: *opened is 0 beyond. */
lk_wiki_frame *lk_wiki_push(lk_wikitext *parser, const lk_mark *mark);

/* Text of the page inside the frame on top (or in none). */
lk_status lk_wiki_piece(lk_wikitext *parser, lk_piece piece);

/* links.c. Those that open set *next to where the page goes on. */
lk_status lk_wiki_open_link(lk_wikitext *parser, const lk_mark *mark, uint32_t *next);
int lk_wiki_begins_file(lk_wikitext *parser, const lk_mark *mark); /* [[File: */
lk_status lk_wiki_open_address(lk_wikitext *parser, const lk_mark *mark, uint32_t *next);
lk_status lk_wiki_link_piece(lk_wikitext *parser, lk_wiki_frame *link, lk_piece piece);
lk_status lk_wiki_close_link(lk_wikitext *parser, const lk_wiki_frame *link);

/* template.c */
lk_status lk_wiki_open_template(lk_wikitext *parser, const lk_mark *mark, uint32_t *next);
lk_status lk_wiki_template_piece(lk_wikitext *parser, lk_wiki_frame *call, lk_piece piece);
lk_status lk_wiki_close_template(lk_wikitext *parser, const lk_wiki_frame *call);
int lk_wiki_is_infobox(lk_wikitext *parser, const lk_mark *mark);

/* table.c, variant.c */
lk_status lk_wiki_close_table(lk_wikitext *parser, const lk_wiki_frame *table);
lk_status lk_wiki_close_variant(lk_wikitext *parser, const lk_wiki_frame *variant);

#endif
