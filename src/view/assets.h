/* page.js, as the build makes a text of it. */
#ifndef LOCKSTEP_VIEW_ASSETS_H
#define LOCKSTEP_VIEW_ASSETS_H

extern const char lk_page_script[];

#endif
