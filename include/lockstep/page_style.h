/* How pages look that lockstep writes: one style for all, light and dark. */
#ifndef LOCKSTEP_PAGE_STYLE_H
#define LOCKSTEP_PAGE_STYLE_H

#include "lockstep/linkage.h"

LK_C_BEGIN

/* CSS, for a <style> element; src/base/page.css, as the build makes a text of it. */
extern const char lk_page_style[];

LK_C_END

#endif
