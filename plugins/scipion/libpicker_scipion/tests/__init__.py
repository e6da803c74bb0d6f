"""Protocol tests: `scipion3 test libpicker_scipion.tests.test_pick`, or tests/plugins/scipion/run.sh without a Scipion."""
