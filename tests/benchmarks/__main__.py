"""All figures of speed, one a line, each beside its bound: `python tests/benchmarks`. Takes a few minutes.

They are ratios to something plain that runs in turns with ours, where they can be; still, a busy machine blurs them.
"""

import big_state
import busy
import dialog
import drawing
import finding
import first_screen
import flood
import history_screen
import inbox
import looking_back
import loop
import opening
import saved

if __name__ == "__main__":
    first_screen.main()
    loop.main()
    saved.tell_command()
    opening.main()
    inbox.main()
    finding.main()
    looking_back.main()
    history_screen.main()
    big_state.main()
    busy.main()
    flood.main()
    dialog.main()
    drawing.main()
