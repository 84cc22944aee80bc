#include "core/migrate/userdata.h"

namespace edgelift {

namespace {

// Placeholders are @NAME@. The values put there are ours or base64/hex/JSON without a single quote outside the here-document.
constexpr char script[] = R"SH(#!/bin/sh
# Edgelift: receiver of migration @JOB@. Safe to run again.
umask 077
PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin
root='@ROOT@'
home="$root/opt/edgelift"
config="$root/etc/edgelift/receiver.json"
say() { echo "edgelift: $*"; }
die() { say "FAILED: $*"; exit 1; }

mkdir -p "$root/etc/edgelift" "$root/opt" "$root/var/lib/edgelift-receiver" || die "folders cannot be made"
cat > "$config.new" <<'EDGELIFT_END_OF_CONFIG'
@CONFIG@
EDGELIFT_END_OF_CONFIG
chmod 600 "$config.new" && mv -f "$config.new" "$config" || die "$config cannot be written"

# The address goes through standard input or the environment: an argument could be read by everybody.
fetch() {
    if command -v curl >/dev/null 2>&1; then
        printf 'url = "%s"\n' "$url" | curl -fsS --connect-timeout 15 --max-time 900 -K - -o "$1"
    elif command -v wget >/dev/null 2>&1; then
        printf '%s\n' "$url" | wget -q -T 30 -t 1 -i - -O "$1"
    elif command -v python3 >/dev/null 2>&1; then
        EDGELIFT_URL="$url" python3 -c 'import os, shutil, sys, urllib.request
with urllib.request.urlopen(os.environ["EDGELIFT_URL"], timeout=60) as r, open(sys.argv[1], "wb") as f:
    shutil.copyfileobj(r, f)' "$1"
    else
        die "neither curl nor wget nor python3 is installed"
    fi
}

url='@URL@'
archive="$root/opt/edgelift.tar.gz"
if [ "$(cat "$home/.sha256" 2>/dev/null)" != '@SHA256@' ]; then
    try=1
    while :; do
        say "fetching the receiver (try $try)"
        if fetch "$archive"; then
            sum=$(sha256sum < "$archive" | cut -d ' ' -f 1)
            [ "$sum" = '@SHA256@' ] && break
            say "the receiver arrived damaged ($sum)"
        fi
        [ "$try" -ge 40 ] && die "the receiver could not be fetched"
        try=$((try + 1))
        sleep "${EDGELIFT_RETRY_SECONDS:-15}"
    done
    rm -rf "$home.new"
    mkdir -p "$home.new" && tar -xzf "$archive" -C "$home.new" || die "the receiver could not be unpacked"
    printf '%s' '@SHA256@' > "$home.new/.sha256"
    rm -rf "$home" "$archive"
    mv "$home.new" "$home" || die "$home cannot be replaced"
fi
say "receiver unpacked to $home"

if command -v firewall-cmd >/dev/null 2>&1 && firewall-cmd --state >/dev/null 2>&1; then
    firewall-cmd -q --add-port=8080/tcp --add-port=8703/tcp || say "the local firewall could not be opened"
fi

if [ -z "$root" ] && [ -d /run/systemd/system ] && [ "$(cat /proc/1/comm)" = systemd ]; then
    environment=
    [ -n "${EDGELIFT_LISTEN_ADDRESS:-}" ] && environment="Environment=EDGELIFT_LISTEN_ADDRESS=$EDGELIFT_LISTEN_ADDRESS"
    cat > /etc/systemd/system/edgelift-receiver.service <<EOF
[Unit]
Description=Edgelift receiver
Wants=network-online.target
After=network-online.target
StartLimitIntervalSec=0
[Service]
$environment
ExecStart=$home/edgelift-receiver/run --config $config
# Not always: exit status 0 is the owner's orderly shutdown before the disks are snapshotted.
Restart=on-failure
RestartSec=1
StandardOutput=journal+console
StandardError=journal+console
[Install]
WantedBy=multi-user.target
EOF
    systemctl daemon-reload
    systemctl enable edgelift-receiver.service
    systemctl restart --no-block edgelift-receiver.service || die "the service could not be started"
    say "receiver started by systemd"
    exit 0
fi

loop='trap "" PIPE # the console may go away
while [ -x "$0/edgelift-receiver/run" ]; do
    "$0/edgelift-receiver/run" --config "$1" && exit 0
    echo "edgelift: the receiver ended with status $?, starting it again"
    sleep 1
done'
if command -v setsid >/dev/null 2>&1; then
    setsid sh -c "$loop" "$home" "$config" </dev/null &
else
    sh -c "$loop" "$home" "$config" </dev/null &
fi
say "receiver started"
)SH";

}

Result<Secret> userDataScript(const ReceiverSetup &setup)
{
    const QByteArray url = setup.bundle.toEncoded(QUrl::FullyEncoded);
    const QByteArray config = setup.config.reveal().trimmed();
    const bool quotable = !url.contains('\'') && !url.contains('"') && !config.contains('\n') && !setup.root.contains(QLatin1Char('\''));
    if (!quotable)
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("user data cannot be quoted")};
    QByteArray text(script, sizeof script - 1);
    text.replace("@JOB@", setup.jobId.toUtf8()).replace("@ROOT@", setup.root.toUtf8()).replace("@URL@", url);
    text.replace("@SHA256@", setup.bundleSha256).replace("@CONFIG@", config); // last: nothing in it is a placeholder any more
    if (text.size() > userDataLimit)
        return Error{ErrorCode::Internal, Retry::Never, {}, QStringLiteral("user data has %1 bytes").arg(text.size())};
    return Secret(std::move(text));
}

}
