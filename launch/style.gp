# How all pictures of the scripts look: `load` it first. Set width and height before, or take these.
if (!exists("width")) width = 800
if (!exists("height")) height = 480
set terminal svg size width,height font 'DejaVu Sans,13' background rgb 'white'
set encoding utf8
set datafile separator comma
set datafile columnheaders
set grid linecolor rgb '#e4e4e4' linewidth 1 linetype 1 dashtype solid
set border linecolor rgb '#666666'
# Colours that people with any colour vision tell apart: Okabe and Ito 2008.
set linetype 1 linecolor rgb '#0072B2' linewidth 2 pointtype 7
set linetype 2 linecolor rgb '#D55E00' linewidth 2 pointtype 5
set linetype 3 linecolor rgb '#009E73' linewidth 2 pointtype 9
set linetype 4 linecolor rgb '#CC79A7' linewidth 2 pointtype 13
