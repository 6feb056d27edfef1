# Texts that shall be numbers. To be sourced.

# to_number VARIABLE TEXT: sets it to the whole number that the text is, 08 being 8. Fails at any other
# text, and at a number too long to count with. What has not been through this must not meet (( )) or
# $(( )): there bash runs what a text has in brackets, as in x[$(reboot)].
to_number() {
  [[ $2 =~ ^0*([0123456789]{1,9})$ ]] || return 1
  printf -v "$1" %d "$((10#${BASH_REMATCH[1]}))"
}
