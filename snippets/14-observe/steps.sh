#!/bin/bash
# 観測される側：作り、入り、出る
unshare -mu true
nsenter -t 1 -m -u true
unshare -n nsenter -t 1 -n true
