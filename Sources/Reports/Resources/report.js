"use strict";
gnomonFigures.start(JSON.parse(document.getElementById("chart-data").textContent));
