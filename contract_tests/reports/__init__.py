"""Reports made from the event record: terminal, HTML, JUnit, Markdown, badge, baseline, and scripts that reproduce a
violation. May import `runs` and all below it. Must not send a call, judge an answer, nor know the command line.
"""
