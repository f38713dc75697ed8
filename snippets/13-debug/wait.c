// 何もせずに待つ。コンテナの中に置く、ただ1つのファイルになる。
// 実行: gcc -static -o wait wait.c
#include <unistd.h>

int main(void)
{
    for (;;) {
        pause();
    }
}
