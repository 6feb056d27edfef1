# Draws fragile.svg and fragile.png from the CSV files beside it: gnuplot fragile.gp
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
set output 'fragile.'.kind
n = 16; shown = '2 10 100'
power(x) = exp(x > 700 ? 700 : x)
exact(m, e) = 1 / (1 + power(m * (1 - e)) + (n - 2) * power(-m * e))
old(e) = e / (1 + e)
set multiplot layout 1,2
set xlabel 'e: length of k_a along μ_a'
set ylabel 'α_a'
set xrange [-1:3]
set yrange [-0.5:1.5]
set samples 800
set key bottom right
set title 'samples (dots) follow the exact formula'
plot for [i=1:3] exact(word(shown, i), x) with lines linetype i linewidth 1.5 title 'exact, m = '.word(shown, i), \
  (x > -0.8 ? old(x) : NaN) with lines linetype 7 dashtype 2 title 'e/(1+e), any m', \
  for [i=1:3] 'fragile-samples.csv' using (column('e')):(column('m_'.word(shown, i))) with points linetype i pointtype 7 pointsize 0.35 notitle
set xrange [0:1]
set yrange [0:*]
set xlabel 'α_a'
set ylabel 'share of the samples'
set key top center
set title 'as m grows, c is v_b (left) or v_a (right)'
plot for [i=1:3] 'fragile-histogram.csv' using (column('alpha_a')):(column('m_'.word(shown, i))) with histeps linetype i title 'm = '.word(shown, i)
unset multiplot
unset output
}
