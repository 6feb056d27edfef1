# Draws weights.svg and weights.png from the CSV files beside it: gnuplot weights.gp
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
set output 'weights.'.kind
n = 16
set multiplot layout 1,2
set logscale x
set format x '10^{%T}'
set xlabel 'scale of q and K'
set logscale y
set format y '10^{%T}'
set yrange [1e-18:1e-5]
shown(x) = x > 0 ? x : 1e-18
set key center left reverse Left
set title 'the weights sum to 1 at every scale'
set ylabel 'largest |Σ α_i − 1|  (bottom: exactly 0)'
plot 'weights.csv' using 'scale':(shown(column('float_sum_error'))) with linespoints linetype 2 title 'float, as in training', \
  2**-24 with lines linetype 2 dashtype 3 title 'unit roundoff of float', \
  '' using 'scale':(shown(column('sum_error'))) with linespoints linetype 1 title 'double', \
  2**-53 with lines linetype 1 dashtype 3 title 'unit roundoff of double'
unset logscale y
set format y '%.1f'
set yrange [0:1.05]
set key center right noreverse Right
set title 'and gather on one word as the products grow'
set ylabel 'mean of the largest α_i'
plot 'weights.csv' using 'scale':'mean_largest' with linespoints linetype 1 title 'measured', \
  1.0/n with lines linetype 7 dashtype 3 title '1/n: all words alike'
unset multiplot
unset output
}
