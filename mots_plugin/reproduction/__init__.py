"""Tables of papers run again: what each row takes is data, its commands are planned, run and put beside the paper's.

- :mod:`~mots_plugin.reproduction.paper`: the table file of a paper.
- :mod:`~mots_plugin.reproduction.plan`: from a row to commands; rows that need the same command share it.
- :mod:`~mots_plugin.reproduction.running`: commands that are still missing, one after the other.
- :mod:`~mots_plugin.reproduction.report`: the paper's numbers beside those of finished runs.
"""
