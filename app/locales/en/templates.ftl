# Texts to begin public updates with.
template-investigating = We are looking into a problem. Some things may not work at the moment. We will tell more as soon as we know more.
template-identified = We have found the cause and are working on a remedy.
template-monitoring = A remedy is in place. We are watching whether it holds.
template-resolved = The problem is solved. Everything works as usual again.
