#!/bin/bash
# 名前空間を1つ消して、後始末が終わるのを待つ
ip netns add gone
ip netns del gone
sleep 60
