# What is wrong with the files of runbooks as files. What is wrong with their texts is `lint-…`.

runbook-file-unreadable = The file cannot be read: { $detail }
runbook-file-unreadable-fix = See to it that the user that runs Yagura may read it. If it is a link, it must lead to a file.
runbook-file-encoding = The file is not UTF-8.
runbook-file-encoding-fix = Save it as UTF-8, for example with iconv.
runbook-file-name = The file is not called like a runbook, so it is not read.
runbook-file-name-fix = A name like disk-full.en.md has a-z, 0-9 and single hyphens, then the language. A file that is no runbook may stay; put _ before its name, and nobody mentions it any more.
runbook-file-twice = Another file has the same runbook in the same language.
runbook-file-twice-fix = Keep one of them: disk-full.en.md or disk-full.md.
runbook-file-outside = The file is a link that leads out of the folder or into .git, so it is not read.
runbook-file-outside-fix = Put the file itself into the folder. A link may lead only to another file in it or below it.
runbook-files-summary = { $total ->
    [one] 1 file
   *[other] { $total } files
    }: { $bad ->
    [one] 1 mistake
   *[other] { $bad } mistakes
    }, { $n ->
    [one] 1 warning
   *[other] { $n } warnings
    }
