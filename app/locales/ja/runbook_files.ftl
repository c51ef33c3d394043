# 手順書のファイルそのものの問題です。本文の問題は `lint-…` にあります。

runbook-file-unreadable = ファイルを読めません：{ $detail }
runbook-file-unreadable-fix = Yagura を動かしているユーザーが読めるようにしてください。リンクなら、リンク先にファイルがあるか確かめてください。
runbook-file-encoding = ファイルが UTF-8 ではありません。
runbook-file-encoding-fix = iconv などで UTF-8 に変えて保存してください。
runbook-file-name = 手順書の名前ではないので、読み込んでいません。
runbook-file-name-fix = disk-full.ja.md のように、半角の英小文字、数字、ハイフンに、言語を続けてください。手順書でないファイルはそのままでかまいません。名前の先頭に _ を付けると、何も言われなくなります。
runbook-file-twice = 同じ手順書の同じ言語のファイルが、ほかにもあります。
runbook-file-twice-fix = disk-full.ja.md と disk-full.md のように重なるものは、どちらかひとつにしてください。
runbook-file-outside = リンク先がフォルダーの外か .git の中にあるので、読み込んでいません。
runbook-file-outside-fix = ファイルそのものをフォルダーに置いてください。リンク先にできるのは、同じフォルダーかその下にあるファイルだけです。
runbook-files-summary = ファイル { $total } 件：誤り { $bad } 件、警告 { $n } 件
