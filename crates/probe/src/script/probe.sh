# What the shell of a container is asked. POSIX sh: builtins, and what the image happens to have. It only
# reads, and makes no file: hence no here-document, which shells keep in one.
#
# Given by the bootstrap: $nonce, and $nl, a line feed. Given before: $step and $whole, in seconds, and what
# path.sh defines.
# After it come the targets, `ask NUMBER name|address HOST PORT tcp|tls`, and `finish`.
#
# Says lines of `~NONCE NUMBER WORD … ~`. What the words of tools mean is for the reader to judge.

# Messages in English, and none of the user's own settings, which tools also write to.
export LC_ALL=C HOME=/dev/null RANDFILE=/dev/null BASH_ENV= PERL5OPT= PERL5LIB=
unset SSLKEYLOGFILE WGETRC http_proxy https_proxy all_proxy HTTP_PROXY HTTPS_PROXY ALL_PROXY

has() { command -v "$1" >/dev/null 2>&1; }

# One write for each line, so that those of two jobs don't mix.
if has printf; then
  say() { printf '~%s %s ~\n' "$nonce" "$*"; }
else
  say() { echo "~$nonce $* ~"; }
fi

# The time in hundredths of a second, as $t.
now() {
  t=0
  { read -r t idle </proc/uptime; } 2>/dev/null || { has date && t=$(date +%s).00; }
  case $t in *.*) t=${t%.*}${t#*.} ;; esac
}

# Whether there is time for another step of kind $1, and how much: $bound, in seconds.
begin() {
  kind=$1
  now
  left=$(((deadline - t) / 100))
  if [ "$left" -lt "${2:-1}" ]; then
    say "$i late $kind"
    return 1
  fi
  bound=${2:-$step}
  [ "$bound" -le "$left" ] || bound=$left
}

# Ends processes, those after $1, in $1 seconds, unless $killer is ended before. Its sleep is ended by a
# signal that a shell which is about to become `sleep` can't take for its own.
end_after() {
  seconds=$1
  shift
  (
    before=$!
    trap '[ "$!" = "$before" ] || { kill -9 "$!"; wait "$!"; }; exit' TERM
    sleep "$seconds" &
    wait "$!"
    for process in "$@"; do kill -9 "$process"; done
  ) >/dev/null 2>&1 &
  killer=$!
}

call_off() {
  kill "$killer" 2>/dev/null
  wait "$killer"
}

# Runs a command and ends it, and all that it started, after $bound seconds: status 137.
# A group of its own where `setsid` is: wrappers start others.
bounded() {
  $group "$@" </dev/null 2>&1 &
  asked=$!
  end_after "$bound" ${group:+"-$asked"} "$asked"
  wait "$asked"
  ended=$?
  [ -z "$group" ] || kill -9 "-$asked" 2>/dev/null
  call_off
  return "$ended"
}

ten='??????????'
hundred=$ten$ten$ten$ten$ten$ten$ten$ten$ten$ten
most=$hundred$hundred$hundred

# What was said, $1, as one line: $text. Collects the addresses of names.
flatten() {
  rest=$1$nl text='' named='' lines=0
  while [ -n "$rest" ] && [ "$lines" -lt 300 ]; do
    line=${rest%%"$nl"*}
    rest=${rest#*"$nl"}
    lines=$((lines + 1))
    case $kind:$tool:$line in
      *:) continue ;;
      dns:getent:*DGRAM* | dns:getent:*RAW*) continue ;;
      dns:getent:[0-9a-f]* | dns:python3:[0-9a-f]*[.:]*[0-9a-f] | dns:perl:[0-9a-f]*[.:]*[0-9a-f])
        take "${line%% *}" ;;
      dns:nslookup:Name:*) named=1 ;;
      dns:nslookup:Address*:*)
        if [ -n "$named" ]; then
          line=${line#Address*:}
          line=${line#"${line%%[0-9a-f]*}"}
          take "${line%% *}"
        fi ;;
      dns:dig:*?IN?A?[0-9]* | dns:dig:*?IN?AAAA?[0-9a-f]*) take "${line##*[!0-9a-f.:]}" ;;
      dns:host:*' address '*) take "${line##* }" ;;
      *:openssl:*'erify error'* | *:openssl:'verify '* | *:openssl:depth*) continue ;;
      *:openssl:*'Cipher is'* | *:openssl:*erif* | *:openssl:*rror* | *:openssl:*errno*) ;;
      *:openssl:*) continue ;;
      *:nc:BusyBox*) break ;;
      *:python3:' '* | *:python3:Traceback*) continue ;;
    esac
    text="$text|$line"
  done
  text=${text#"|"}
  case $text in $most*) text=${text%"${text#$most}"} ;; esac
}

take() {
  case " $addresses " in *" $1 "*) ;; *) addresses="${addresses:+$addresses }$1" ;; esac
}

# Runs tool $1 by the command after it, and says how that went: milliseconds, status, [addresses] of a name,
# words.
run() {
  tool=$1
  shift
  now
  from=$t
  said=$(bounded "$@")
  status=$?
  now
  flatten "$said"
  [ "$kind" != dns ] || text="[$addresses] $text"
  say "$i $kind $tool $(((t - from) * 10)) $status $text" || exit
}

# Runs a command, and once more if it was ended: a question to a name server may get lost.
again() {
  "$@"
  [ "$status" != 137 ] || ! begin "$kind" || "$@"
}

# Looks in /etc/hosts, as tools that ask name servers by themselves don't.
listed() {
  while read -r entry one two three four five rest || [ -n "$entry" ]; do
    case $entry in '#'*) continue ;; esac
    case "$host" in "$one" | "$two" | "$three" | "$four" | "$five") take "$entry" ;; esac
  done </etc/hosts
  [ -z "$addresses" ] || say "$i dns hosts 0 0 [$addresses]"
}

# $address, the first one; false if the name has none, or nobody answers.
resolve() {
  addresses='' address='' by_library=''
  if [ "$form" = address ]; then
    address=$host
    return
  fi
  if has getent; then
    begin dns || return 1
    by_library=1
    again run getent getent ahosts "$host"
    [ "$status" != 1 ] || run getent getent hosts "$host"
    [ "$status" != 137 ] || return 1
  else
    listed
  fi
  by=$by_library
  if [ -z "$addresses" ]; then
    for by in nslookup dig host python3 perl ''; do
      [ -n "$by" ] && has "$by" && break
    done
    [ -z "$by" ] || begin dns || return 1
    case $by in
      nslookup) again run nslookup nslookup "$host" ;;
      dig) run dig dig +search +noall +comments +answer +tries=2 "+time=$(((bound + 1) / 2))" "$host" A "$host" AAAA ;;
      host) again run host host -W "$bound" "$host" ;;
      python3) again run python3 python3 -B -I -S -c 'import socket,sys;[print(a[4][0]) for a in socket.getaddrinfo(sys.argv[1],None,0,socket.SOCK_STREAM)]' "$host" ;;
      perl) again run perl perl -MSocket=:DEFAULT,:addrinfo -e '($e,@a)=getaddrinfo($ARGV[0],"",{socktype=>SOCK_STREAM});die "$e\n" if $e;for(@a){($e,$h)=getnameinfo($_->{addr},NI_NUMERICHOST);print "$h\n"}' "$host" ;;
    esac
    # Where the system's own look-up finds nothing, programs find nothing.
    [ -z "$by_library" ] || addresses=''
  fi
  # What the library gives first is what it means to be used first; name servers answer in any order.
  for candidate in $addresses; do
    [ -n "$address" ] || address=$candidate
    case $by_library:$address:$candidate in
      :*:*:*:*) ;;
      :*:*:*.*.*) address=$candidate; break ;;
    esac
  done
  # With nothing to ask with, the tool that connects looks the name up.
  [ -n "$address" ] || [ -z "$by$by_library" ]
}

connect() {
  where=${address:-$host}
  case $where in *:*) at="[$where]:$port" ;; *) at=$where:$port ;; esac
  say "$i at $where"
  for by in bash nc curl python3 perl wget; do
    has "$by" || continue
    begin tcp || return 1
    case $by in
      bash)
        run bash bash -c 'exec 3<>"/dev/tcp/$1/$2"' bash "$where" "$port"
        case $text in *'No such file'*) continue ;; esac ;;
      nc)
        run nc nc -v -z -w "$bound" "$where" "$port"
        # BusyBox: ends as soon as it is connected only by running something else.
        case $text in *ption* | *sage:*) run nc nc -w "$bound" "$where" "$port" -e true ;; esac
        case $text in *ption* | *sage:* | *"t execute"*) continue ;; esac ;;
      curl)
        run curl curl -q -s -S -v --noproxy '*' --connect-timeout "$bound" -m "$bound" \
          -w 'connect %{time_connect}' "telnet://$at"
        case $text in *'onnected to'* | *'stablished connection to'*) status=0 ;; esac ;;
      python3) run python3 python3 -B -I -S -c 'import socket,sys;socket.create_connection((sys.argv[1],int(sys.argv[2])),float(sys.argv[3]))' "$where" "$port" "$bound" ;;
      perl) run perl perl -MIO::Socket::IP -e 'IO::Socket::IP->new(PeerHost=>$ARGV[0],PeerPort=>$ARGV[1]) or die "$!\n"' "$where" "$port" ;;
      wget)
        run wget wget -O /dev/null -T "$bound" -t 1 "http://$at/"
        case $text in *' connected'*) status=0 ;; esac ;;
    esac
    [ "$status" = 0 ]
    return
  done
  return 1
}

# Shakes hands by openssl, with further options.
shake() {
  if [ "$form" = name ]; then
    run openssl openssl s_client -connect "$at" -servername "$host" "$@"
  else
    run openssl openssl s_client -connect "$at" "$@"
  fi
}

handshake() {
  name=$host
  for by in openssl curl python3 wget; do
    has "$by" || continue
    begin tls || return 1
    case $by in
      openssl) shake ;;
      curl)
        case $name in *:*) name="[$name]" ;; esac
        run curl curl -q -s -S -I -o /dev/null --noproxy '*' --connect-timeout "$bound" -m "$bound" \
          -w 'appconnect %{time_appconnect}' --resolve "$host:$port:$where" "https://$name:$port/" ;;
      python3) run python3 python3 -B -I -S -c 'import socket,ssl,sys;a=sys.argv;ssl.create_default_context().wrap_socket(socket.create_connection((a[1],int(a[2])),float(a[3])),server_hostname=a[4])' "$where" "$port" "$bound" "$name" ;;
      wget)
        # By the name, which a server may need to know: wget then looks it up by itself.
        if [ "$form" = name ]; then
          run wget wget -O /dev/null -T "$bound" -t 1 "https://$name:$port/"
        else
          run wget wget -O /dev/null -T "$bound" -t 1 "https://$at/"
        fi ;;
    esac
    return
  done
}

ask() {
  (
    # When the terminal hangs up, what was started must still be ended.
    trap '' HUP
    i=$1 form=$2 host=$3 port=$4 protocol=$5
    resolve || exit
    connect || exit
    [ "$protocol" = tcp ] || handshake
    measure
  ) </dev/null 2>/dev/null &
  jobs="$jobs $!"
}

name_servers() {
  while read -r word server rest || [ -n "$word" ]; do
    [ "$word" != nameserver ] || say "0 ns $server"
  done </etc/resolv.conf
}

# Of the network that the shell is in; /sys may be that of another one.
interfaces() {
  i=0 kind=link tool=ip bound=2 mtu=0 said=''
  [ -z "$patient" ] || ! has ip || said=$(bounded ip -o link)
  rest=$said$nl
  while [ -n "$said" ] && [ -n "$rest" ]; do
    line=${rest%%"$nl"*}
    rest=${rest#*"$nl"}
    case $line in
      *': lo: '*) ;;
      *': '*' mtu '*)
        link=${line#*: }
        link=${link%%: *}
        size=${line#* mtu }
        interface "${link%%@*}" "${size%% *}" ;;
    esac
  done
  [ -z "$said" ] || return
  for file in /sys/class/net/*/mtu; do
    link=${file#/sys/class/net/}
    size=''
    read -r size <"$file" && [ "$link" != lo/mtu ] && interface "${link%/mtu}" "$size"
  done
}

interface() {
  say "0 if $1 $2"
  case $2 in *[!0-9]* | '') ;; *) [ "$2" -le "$mtu" ] || mtu=$2 ;; esac
}

tools() {
  there=${patient:+ sleep}
  for by in setsid getent nslookup dig host bash nc curl wget python3 perl openssl ping; do
    ! has "$by" || there="$there $by"
  done
  say "0 has$there"
}

finish() {
  held=0
  # What a tool has started, and nobody could end, holds the job that reads its output.
  [ -z "$patient" ] || end_after "$whole" $jobs
  for job in $jobs; do
    wait "$job"
    [ "$?" != 137 ] || held=137
  done
  [ -z "$patient" ] || call_off
  say "0 exit $held"
  say end
} 2>/dev/null

jobs='' group='' patient=''
now
deadline=$((t + whole * 100 - 100))
# In a BusyBox that can't find itself, a tool is there and can't be run.
! sleep 0 >/dev/null 2>&1 </dev/null || patient=1
tools
! { has setsid && setsid sleep 0; } >/dev/null 2>&1 </dev/null || group=setsid
name_servers 2>/dev/null
interfaces 2>/dev/null
# Without a way to end them, tools aren't started.
[ -n "$patient" ] || has() { return 1; }
