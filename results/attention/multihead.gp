# Draws multihead.svg and multihead.png from the CSV files beside it: gnuplot multihead.gp
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
  set terminal svg size 960,420 font 'DejaVu Sans,13' background rgb 'white'
} else {
  set terminal pngcairo size 960,420 font 'DejaVu Sans,10' background rgb 'white'
}
set output 'multihead.'.kind
most = 100
set multiplot layout 1,2
set style fill transparent solid 0.55 noborder
set boxwidth 0.016
set xlabel 'weight of v_a in c'
set ylabel 'share of the samples'
set xrange [0:1]
set yrange [0:1]
set key top right
set title sprintf('the same samples at m = %g', most)
set label 'e ≤ 0: head 1 fails' at 0.06,0.12
plot 'multihead-histogram.csv' using (column('weight') - 0.008):'one' with boxes linetype 2 title 'one head: fragile', \
  '' using (column('weight') + 0.008):'two' with boxes linetype 1 title 'two heads'
unset label
set xlabel 'm'
set ylabel 'distance of c from ½(v_a + v_b), over ½|v_a − v_b|'
set xrange [most / 120.0:most * 1.2]
set logscale x
set yrange [0:1.5]
set key top right
set title 'spread (root mean square)'
plot 'multihead.csv' using 'm':'spread_one' with linespoints linetype 2 title 'one head', \
  '' using 'm':'spread_two' with linespoints linetype 1 title 'two heads', \
  '' using 'm':'spread_right' with linespoints linetype 3 title 'two heads, samples with e > 0'
unset multiplot
unset output
}
