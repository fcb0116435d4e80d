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
    case $text in *'rag needed'*mtu* | *'too long'*mtu* | *'too big'*mtu*) ;; *) return 1 ;; esac
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
# first of a handshake, with protocols that nobody speaks; and a small one beside it, which tells its size from
# whatever else may be swallowed. Only a whole step of silence counts.
large() {
  has openssl && begin large "$step" || return
  table=/proc/net/tcp
  case $where in *:*) table=/proc/net/tcp6 ;; esac
  remote=$(hexadecimal) && [ -r "$table" ] || return
  known=' '
  while read -r number local peer rest; do
    [ "$peer" != "$remote" ] || known="$known$local "
  done <"$table"
  protocols=http/1.1
  while [ "${#protocols}" -lt "$mtu" ]; do protocols=$protocols,$hundred; done
  (
    kind=small
    shake
  ) &
  small=$!
  shake -alpn "$protocols"
  wait "$small"
  untaken
}

# How many bytes the connections that are new, and were ended, have sent and nobody has taken.
untaken() {
  counts=''
  while read -r number local peer state queues rest; do
    # Closed here: FIN_WAIT1, FIN_WAIT2 and TIME_WAIT.
    case $peer:$state in "$remote:04" | "$remote:05" | "$remote:06") ;; *) continue ;; esac
    case $known in *" $local "*) continue ;; esac
    counts="$counts $((0x${queues%%:*}))"
  done <"$table"
  say "$i untaken$counts"
}

# The target as /proc/net/tcp has it: words of four bytes, the lowest first.
hexadecimal() {
  has printf || return
  head=$where tail='' middle=''
  case $where in
    *[!0-9a-fA-F.:]* | *:*.*) return 1 ;;
    *::*) head=${where%%::*} tail=${where#*::} ;;
    *:*) ;;
    *.*[!0-9.]* | *[!0-9.]*.*) return 1 ;;
    *.*)
      IFS=.
      set -- $where
      printf '%02X%02X%02X%02X:%04X' "$4" "$3" "$2" "$1" "$port"
      return ;;
    *) return 1 ;;
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
