"""neomutt: what mutt does, by the same commands."""
import mutt_test
from harness import main


class Neomutt(mutt_test.Mutt):
    program = "neomutt"


main()
