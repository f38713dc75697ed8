"""How is the reader's machine spoken to? By an agent under its systemd, in sessions as of ssh."""
