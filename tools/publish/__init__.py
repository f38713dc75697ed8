"""The whole book as one file: PDF and EPUB, made of the pages of the offline site."""
