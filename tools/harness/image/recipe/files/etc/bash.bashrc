# For interactive bash shells; /etc/profile reads it for login shells.
. /etc/profile.d/guest.sh
