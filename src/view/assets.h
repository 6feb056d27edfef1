/* page.css and page.js, as the build makes texts of them. */
#ifndef LOCKSTEP_VIEW_ASSETS_H
#define LOCKSTEP_VIEW_ASSETS_H

extern const char lk_page_style[], lk_page_script[];

#endif
