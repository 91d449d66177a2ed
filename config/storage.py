"""Static files under names that change with their content, the modules that scripts import included."""

from whitenoise.storage import CompressedManifestStaticFilesStorage


class StaticFiles(CompressedManifestStaticFilesStorage):
    """After an upgrade no browser mixes old modules with new ones: `import` lines name the hashed files too."""

    support_js_module_import_aggregation = True

    def url_converter(self, name, hashed_files, template=None):
        """Only our own scripts: packages write imports of files that they do not ship into their comments."""
        convert = super().url_converter(name, hashed_files, template)
        is_foreign = name.endswith(".js") and not name.startswith("js/")
        return (lambda match: match["matched"]) if is_foreign else convert
