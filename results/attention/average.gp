# Draws average.svg and average.png from the CSV files beside it: gnuplot average.gp
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
set output 'average.'.kind
most = 40; sizes = ' 4 64 1024'
rest(m, n) = (n - 2) / (2 * exp(m) + n - 2)
alpha(m, n) = 1 / (2 + (n - 2) * exp(-m))
set multiplot layout 1,2
set samples 300
set xlabel 'm'
set xrange [0:most]
set logscale y
set format y '10^{%T}'
set yrange [1e-18:10]
set key top right
set title 'the output becomes the mean of both values'
set ylabel '|c − ½(v_a + v_b)| / max_i |v_i − ½(v_a + v_b)|'
plot for [i=1:words(sizes)] rest(x, word(sizes, i)) with lines linetype i linewidth 1 notitle, \
  for [i=1:words(sizes)] 'average.csv' using (column('n') == word(sizes, i) ? column('m') : NaN):'error' with points linetype i title 'n = '.word(sizes, i), \
  NaN with lines linetype 7 linewidth 1 title 'bound (n−2) / (2e^m + n−2)'
unset logscale y
set format y '%.1f'
set yrange [0:0.6]
set key bottom right
set title 'because each takes half of the weight'
set ylabel 'α_a'
plot for [i=1:words(sizes)] alpha(x, word(sizes, i)) with lines linetype i linewidth 1 notitle, \
  for [i=1:words(sizes)] 'average.csv' using (column('n') == word(sizes, i) ? column('m') : NaN):'alpha_a' with points linetype i title 'n = '.word(sizes, i), \
  NaN with lines linetype 7 linewidth 1 title 'exact e^m / (2e^m + n−2)'
unset multiplot
unset output
}
