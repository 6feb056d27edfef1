# Draws copy.svg and copy.png from the CSV files beside it: gnuplot copy.gp
set linetype 1 linecolor rgb '#0072B2' linewidth 2 pointtype 7
set linetype 2 linecolor rgb '#D55E00' linewidth 2 pointtype 5
set linetype 3 linecolor rgb '#009E73' linewidth 2 pointtype 9
set linetype 4 linecolor rgb '#CC79A7' linewidth 2 pointtype 13
set linetype 5 linecolor rgb '#E69F00' linewidth 2 pointtype 11
set linetype 6 linecolor rgb '#56B4E9' linewidth 2 pointtype 4
set linetype 7 linecolor rgb '#000000' linewidth 2 pointtype 6
do for [kind in 'svg png'] {
reset
set encoding utf8
set datafile separator comma
set datafile columnheaders
set grid linecolor rgb '#e4e4e4' linewidth 1 linetype 1 dashtype solid
set border linecolor rgb '#666666'
if (kind eq 'svg') {
  set terminal svg size 960,400 font 'DejaVu Sans,13' background rgb 'white'
} else {
  set terminal pngcairo size 960,400 font 'DejaVu Sans,10' background rgb 'white'
}
set output 'copy.'.kind

set multiplot layout 1,2
set xlabel 'gap: q·k_j above the other products'
set logscale y
set format y '10^{%T}'
set yrange [1e-18:30]
set key bottom left
set title 'the output becomes the value v_j'
set ylabel '|c − v_j| / max_i |v_i − v_j|'
plot 'copy.csv' using 'gap':'bound' with lines linetype 7 dashtype 3 title 'bound (n−1) e^{−gap}', \
  '' using 'gap':'error_float' with linespoints linetype 2 title 'float, as in training', \
  '' using 'gap':'error' with linespoints linetype 1 title 'others all alike', \
  '' using 'gap':'error_random' with linespoints linetype 3 title 'others at random below'
unset logscale y
set format y '%.1f'
set yrange [0:1.8]
set ytics 0.5
set key top right
clear(bound) = bound > 1e-13 ? column('gap') : NaN
set title 'and keeps below the bound until rounding'
set ylabel 'measured / bound'
plot 1 with lines linetype 7 dashtype 3 title 'bound', \
  'copy.csv' using (clear(column('bound'))):'others_ratio' with linespoints linetype 5 title 'weights: 1 − α_j', \
  '' using (clear(column('bound'))):'ratio' with linespoints linetype 1 title 'others all alike', \
  '' using (clear(column('bound'))):'ratio_random' with linespoints linetype 3 title 'others at random below'
unset multiplot
unset output
}
