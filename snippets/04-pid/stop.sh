until pgrep -x tail; do sleep 0.1; done > /dev/null
sudo pkill -TERM -x tail
for i in {1..30}; do
  pgrep -x tail > /dev/null || { echo stopped; exit; }
  sleep 0.1
done
sudo pkill -KILL -x tail
echo killed after 3 seconds
