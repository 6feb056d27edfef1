# Draws subspace.svg and subspace.png from the CSV files beside it: gnuplot subspace.gp
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
set output 'subspace.'.kind
m = 50
set multiplot layout 1,2
set key top left
set logscale x 2
set logscale y
set format y '10^{%T}'
set xrange [0.8:80]
set yrange [1e-17:1e-12]
set xlabel 'dimension of the span of v_a (that of v_b is twice as large)'
set ylabel '|M(v_a + v_b) − v_a|,  |v_a| = |v_b| = 1'
set title 'orthogonal spans: exact in any dimension'
plot 'subspace.csv' using 'dim_a':'error' with linespoints linetype 1 title 'measured', \
  m * 2**-53 with lines linetype 7 dashtype 3 title 'm × unit roundoff of double'
unset logscale
set format '%g'
set key top right
set xrange [0:90]
set xtics 15
set yrange [0:1.1]
set xlabel 'angle between the spans, degrees'
set title 'tilted spans: the cosine of v_b leaks'
set angles degrees
set samples 200
plot cos(x) with lines linetype 7 title 'cos(angle)', \
  'subspace-angle.csv' using 'angle':'error' with points linetype 2 title 'measured'
unset multiplot
unset output
}
