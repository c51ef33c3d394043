# 公開のお知らせの文例。
template-investigating = 現在、問題を調査しています。一部の機能を利用できない場合があります。新しいことが分かり次第お知らせします。
template-identified = 原因が分かり、対処を進めています。
template-monitoring = 対処を行い、経過を見ています。
template-resolved = 問題は解消し、通常どおり利用できます。
