/* Private to the lab: drawing with gnuplot. */
#ifndef LOCKSTEP_LAB_PICTURE_H
#define LOCKSTEP_LAB_PICTURE_H

#include "lockstep/report.h"

/* Writes the script FOLDER/NAME.gp; another file there is set aside. LK_IO. */
lk_status lk_picture_write(const lk_picture *picture, const char *folder);

/* Sets aside what is in the places of its images. LK_IO. */
lk_status lk_picture_set_aside(const lk_picture *picture, const char *folder);

/* Runs gnuplot on it, in the folder. LK_IO when it fails, LK_NO_INPUT when it is not
 * installed. */
lk_status lk_picture_draw(const lk_picture *picture, const char *folder);

#endif
