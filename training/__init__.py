"""The recipe of the built-in model: text in, CTranslate2 folder and model card out. Not installed with mtpipe."""
