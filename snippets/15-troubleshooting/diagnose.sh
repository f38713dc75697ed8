#!/bin/bash
# 名前空間のエラーの、ありそうな原因を挙げる。読むだけで、何も変えない。
# 実行: bash diagnose.sh ['メッセージ' [PID]]
# 組み込みコマンドしか使わない。子を作れないシェルの中では、. ./diagnose.sh 'メッセージ'

# 1行目を、REPLYに読む（$(…) は子を作る）
get() { REPLY=; { read -r REPLY < "$1"; } 2> /dev/null; }

# say 'エラーの名前…' 原因 直し方
say() {
    [[ -z $want || " $1 " == *" $want "* ]] || return 0
    found=1
    printf '%s: %s\n    → %s\n' "${want:-${1%% *}}" "$2" "$3"
}

# --8<-- [start:making]
making() {
    local file kind point
    get "$at/attr/current" # AppArmorの「名前 (enforce)」
    [[ $REPLY == *'(enforce)' ]] &&
        say 'EPERM EACCES' "AppArmorのプロファイル ${REPLY% *} の中にいる" 'userns, のあるプロファイルにする'
    get /proc/sys/kernel/apparmor_restrict_unprivileged_userns
    [[ $REPLY == 1 ]] && (( ! admin )) &&
        say EPERM 'UbuntuのAppArmorが、ユーザー名前空間の中の特権を取り上げる' \
            'userns, のあるプロファイルを書くか、sysctl kernel.apparmor_restrict_unprivileged_userns=0'
    [[ ${status[Seccomp]} == 2 ]] && say 'EPERM EINVAL ENOSYS' 'seccompのフィルタが付いている' \
        'Dockerならプロファイルを、systemdならRestrictNamespaces=を緩める。またはVM'
    get /proc/sys/kernel/unprivileged_userns_clone
    [[ $REPLY == 0 ]] && (( ! admin )) &&
        say EPERM 'Debianの設定が、一般ユーザーのユーザー名前空間を禁じている' \
            'sysctl kernel.unprivileged_userns_clone=1'
    for file in /proc/sys/user/max_*_namespaces; do
        get "$file"
        (( REPLY < 32 )) && say ENOSPC "上限 ${file##*/} が $REPLY" "sysctl user.${file##*/} を増やす"
    done
    for kind in cgroup ipc mnt net pid time user uts; do
        [[ -L /proc/self/ns/$kind ]] || say EINVAL "カーネルに、名前空間 $kind がない" '備えたカーネルかVMを使う'
    done
    # ルートが自分のマウントの途中にあると、/ の行がない
    while read -r _ _ _ _ point _; do [[ $point == / ]] && break; done < "$at/mountinfo"
    [[ $point == / ]] || say EPERM 'chrootの中にいる' 'ユーザー名前空間は、chrootの外で作る'
    [[ $want == ENOSPC && -z $found ]] &&
        say ENOSPC '上限には余裕がある' '入れ子の深さ（33段まで）か、外側の名前空間の上限を見る'
    [[ $found ]] || if (( ! admin )); then
        say EPERM 'CAP_SYS_ADMINがない' 'sudoを付けるか、unshare -Ur といっしょに作る'
    elif [[ $map != '0 0 4294967295' ]]; then
        say EPERM '特権が届くのは、このユーザー名前空間が所有する名前空間だけ' 'それも、-U といっしょに作る'
    fi
}
# --8<-- [end:making]

# --8<-- [start:mapping]
mapping() {
    local name kind file row first count line='' allowed=''
    get "$at/gid_map"
    if [[ -z $REPLY ]]; then
        get "$at/setgroups"
        [[ $REPLY == allow ]] && say EPERM 'gid_mapが空で、setgroupsがallow' \
            "先に /proc/PID/setgroups に deny と書くか、newgidmapを使う"
    fi
    [[ ${status[Uid]%%$'\t'*} == "$EUID" && ! -O $at/uid_map ]] &&
        say EACCES '自分のプロセスなのに、/procのファイルはrootのもの（dumpableでない）' \
            'execve(2)し直すか、prctl(2)のPR_SET_DUMPABLEで戻す'
    while read -r _ first count; do # 2列目は、外での番号
        (( EUID >= first && EUID < first + count )) && line=1
    done < "$at/uid_map"
    [[ $line || $at/ns/user -ef /proc/self/ns/user ]] ||
        say EOVERFLOW "uid_mapに、自分の番号 $EUID がない" '対応表にあるユーザーで書くか、対応表に加える'
    [[ $message =~ [ug]idmap|/etc/sub[ug]id ]] || return 0
    if ! hash newuidmap 2> /dev/null; then
        say "${want:-newuidmap}" 'newuidmapがない' 'apt install uidmap'
    elif [[ ! -u ${BASH_CMDS[newuidmap]} ]]; then
        say "${want:-newuidmap}" 'newuidmapに、setuidのビットがない' \
            'apt install --reinstall uidmap（ファイルケーパビリティで動く版なら、getcapで見る）'
    fi
    while IFS=: read -r name _ row _; do [[ $row == "$EUID" ]] && break; done < /etc/passwd
    for kind in u g; do
        file=/etc/sub${kind}id
        line='' allowed=''
        while IFS=: read -r row first count; do
            [[ $row == "$name" || $row == "$EUID" ]] || continue
            line=1
            # 「uid range [1-10) -> [200000-200009) not allowed」の、外の範囲
            [[ $message =~ '-> ['([0-9]+)-([0-9]+)')' ]] &&
                (( BASH_REMATCH[1] >= first && BASH_REMATCH[2] <= first + count )) && allowed=1
        done < "$file"
        if [[ ! $line ]]; then
            say "${want:-newuidmap}" "$file に、$name の行がない" \
                "ほかの行と重ならない範囲で、usermod --add-subuids 範囲 --add-subgids 範囲 $name"
        elif [[ $message == *"${kind}id range"* && ! $allowed ]]; then
            say EPERM "頼んだ範囲が、$file の $name の行に収まらない" '行の中の範囲を頼むか、行を広げる'
        fi
    done
}
# --8<-- [end:mapping]

# --8<-- [start:pids]
pids() {
    local inner=${status[NSpid]##*$'\t'} other alive='' root point rest proc='' whole=()
    # 中での自分の番号を /proc で引いて、自分の名前空間のプロセスが出なければ、よその /proc
    [[ $at/root/proc/$inner/ns/pid -ef $at/ns/pid ]] ||
        say ESRCH '/proc が、自分のいるPID名前空間のものでない' 'unshareなら --mount-proc、nsenterなら -m'
    if [[ -e $at/ns/pid_for_children && ! $at/ns/pid -ef $at/ns/pid_for_children ]]; then
        for other in /proc/[0-9]*/ns/pid; do
            [[ $other -ef $at/ns/pid_for_children ]] && alive=1
        done
        [[ $alive ]] || say ENOMEM '子の生まれるPID名前空間に、PID 1がいない' 'unshareに -f を付ける'
    fi
    # 何も隠していないprocが1つもなければ、ユーザー名前空間の中では新しいprocをマウントできない
    while read -r _ _ _ root point _ rest; do
        for other in "${!whole[@]}"; do
            [[ $point == "${whole[other]}"/* && $point != */sys/fs/binfmt_misc ]] && unset "whole[other]"
        done
        [[ " $rest" == *' - proc '* ]] && proc=1 && [[ $root == / ]] && whole+=("$point")
    done < "$at/mountinfo"
    [[ $proc ]] && (( ! ${#whole[@]} )) && say EPERM '/proc の一部が隠してある' \
        '隠していないprocを見せるか、いまの /proc を mount --rbind で使う。またはVM'
}
# --8<-- [end:pids]

# --8<-- [start:places]
places() {
    local pivot='' here='' old='' root point rest dir
    [[ $message == *pivot_root* ]] && pivot=1
    while read -r _ _ _ root point _ rest; do
        [[ $point == "$PWD" ]] && here=1
        [[ $rest == *'- cgroup2 '* && $root == /..* ]] &&
            say 'ENOENT EPERM' "$point が、cgroup名前空間の外まで見せている" \
                '先に移ってから unshare -C し、cgroup2をマウントし直す'
        [[ $pivot && $point == / && $rest == *shared:* ]] && say EINVAL '/ がshared' 'mount --make-rprivate /'
        [[ $pivot && $point == / && $rest == *'- rootfs '* ]] &&
            say EINVAL '/ がinitramfsのrootfs' 'switch_root(8)か、7.0からのカーネル'
    done < "$at/mountinfo"
    [[ $pivot && ! $here && $at == /proc/self ]] && say EINVAL "$PWD がマウントポイントでない" 'mount --bind . . のあと、cd し直す'
    while IFS=: read -r root rest dir; do
        [[ $dir == /..* ]] && say 'ENOENT EPERM' '自分が、cgroup名前空間のルートの外にいる' '先に移ってから unshare -C'
        [[ $root != 0 && $rest && $rest != name=* ]] && old+="${old:+、}$rest"
    done < "$at/cgroup"
    [[ $old ]] && say ENOENT "$old がcgroup v1の階層にある" 'v1のマウントを外すか、v2だけで起動する'
    { mapfile -t < "$at/net/fib_trie"; } 2> /dev/null || return 0
    [[ ${MAPFILE[*]} == *127.0.0.1* ]] || say ENETUNREACH 'loが起きていない' 'ip link set lo up'
}
# --8<-- [end:places]

# --8<-- [start:entering]
entering() {
    if [[ ! -e $at/ns/user ]]; then
        [[ ${status[Uid]%%$'\t'*} == "$EUID" ]] || say 'EPERM EACCES' '相手のプロセスを調べる権限がない' 'sudoを付けるか、作ったユーザーで入る'
    elif [[ ! $at/ns/user -ef /proc/self/ns/user ]]; then
        say 'EPERM EINVAL' '相手は、別のユーザー名前空間にいる' 'nsenterに -U --preserve-credentials を付ける'
    fi
    (( status[Threads] > 1 )) && say 'EUSERS EINVAL' "スレッドが ${status[Threads]} 本ある" 'スレッドを作る前か、終わったあとに呼ぶ'
}
# --8<-- [end:entering]

# --8<-- [start:main]
diagnose() {
    local message=$1 at=/proc/${2:-self} want='' found='' admin map key value IFS=$' \t\n'
    local -A status=()
    case $message in
        *'Operation not permitted'* | *'permission denied'* | *'not allowed'* | EPERM) want=EPERM ;;
        *'Permission denied'* | EACCES) want=EACCES ;;
        *'No space left'* | ENOSPC) want=ENOSPC ;;
        *'Cannot allocate memory'* | ENOMEM) want=ENOMEM ;;
        *'Invalid argument'* | EINVAL) want=EINVAL ;;
        *'No such file'* | ENOENT) want=ENOENT ;;
        *'No such process'* | *'lookup self'* | ESRCH) want=ESRCH ;;
        *unreachable* | ENETUNREACH) want=ENETUNREACH ;;
        *'Too many users'* | EUSERS) want=EUSERS ;;
        *'Value too large'* | EOVERFLOW) want=EOVERFLOW ;;
    esac
    [[ -e $at/status ]] || { echo "PID $2 のプロセスがいない"; return 1; }
    while IFS=$':\t ' read -r key value; do status[$key]=$value; done < "$at/status"
    admin=$(( 0x${status[CapEff]} >> 21 & 1 ))
    read -r key value map < "$at/uid_map"
    map="$key $value $map"
    [[ $2 ]] && entering
    mapping; pids; places; making
    [[ $found ]] || echo 'この状態からは、原因がわからない'
}
diagnose "$@"
# --8<-- [end:main]
