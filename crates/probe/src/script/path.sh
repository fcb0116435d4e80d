# Whether large packets get through, as probe.sh asks it of a target that answers, by `measure`. It gives: the
# target, $host, $port and $form, and where it was connected, $where and $at; $mtu, the largest of the interfaces;
# $i, the number to say things of; `has`, `begin`, `run`, `shake` and `say`; and $hundred characters.

# Whether packets of $1 bytes get through whole: $2 echo requests.
fits() {
  begin path 3 || return 1
  run "$1" ping -n -c "$2" -i 0.3 -W 1 -M do -s $(($1 - headers)) "$where"
  [ "$status" = 0 ]
}

# Whether packets of the size that a router has told, in what was said last, get through. It may not be the
# last one on the way that is narrow.
narrows() {
  for turn in 1 2 3; do
    case $text in *'rag needed'* | *'too long'* | *'too big'*) ;; *) return 1 ;; esac
    size=${text##*mtu}
    size=${size#"${size%%[0-9]*}"}
    size=${size%%[!0-9]*}
    case $size in '' | ??????*) return 1 ;; esac
    [ "$size" -gt 1400 ] || return 0
    fits "$size" 3 && return
  done
  return 1
}

# What is larger than any link to the Internet must still get through, or be told of.
measure() {
  [ "$mtu" -gt 1500 ] && has ping || return
  case $where in *:*) headers=48 ;; *) headers=28 ;; esac
  fits 1400 2 || return
  fits "$mtu" 3 && return
  narrows && return
  [ "$mtu" -le 8500 ] || fits 8500 3 || fits 1500 3
  # Again, so that it isn't a network that went away meanwhile.
  fits 1400 2 && large
}

# Where large pings are swallowed, TCP may still keep its segments small. So a message as large is sent: the
# first of a handshake, with protocols that nobody speaks. Only a whole step of silence counts.
large() {
  has openssl && begin large "$step" || return
  protocols=http/1.1
  while [ "${#protocols}" -lt "$mtu" ]; do protocols=$protocols,$hundred; done
  shake -alpn "$protocols"
  [ "$status" != 137 ] || stuck
}

# How many bytes a connection that was ended has sent and nobody has taken.
stuck() {
  table=/proc/net/tcp
  case $where in *:*) table=/proc/net/tcp6 ;; esac
  remote=$(hexadecimal) && [ -r "$table" ] || return
  most=0
  while read -r number local peer state queues rest; do
    # FIN_WAIT1: closed here, and not there.
    [ "$peer $state" = "$remote 04" ] || continue
    bytes=$((0x${queues%%:*}))
    [ "$bytes" -le "$most" ] || most=$bytes
  done <"$table"
  say "$i stuck $most"
}

# The target as /proc/net/tcp has it: words of four bytes, the lowest first.
hexadecimal() {
  has printf || return
  head=${where%%::*} tail='' middle=''
  case $where in
    *:*.*) return 1 ;;
    *.*[!0-9.]* | *[!0-9.]*.*) return 1 ;;
    *.*)
      IFS=.
      set -- $where
      printf '%02X%02X%02X%02X:%04X' "$4" "$3" "$2" "$1" "$port"
      return ;;
    *::*) tail=${where#*::} ;;
  esac
  IFS=:
  set -- $head $tail
  missing=$((8 - $#))
  while [ "$missing" -gt 0 ]; do middle="$middle:0" missing=$((missing - 1)); done
  set -- $head $middle $tail
  for group in "$@"; do shift; [ -z "$group" ] || set -- "$@" "$group"; done
  while [ "$#" -gt 1 ]; do
    printf '%02X%02X%02X%02X' $((0x$2 & 255)) $((0x$2 / 256)) $((0x$1 & 255)) $((0x$1 / 256))
    shift 2
  done
  printf ':%04X' "$port"
}
