"""Settings that all Python tests share."""


def pytest_configure(config):
    config.addinivalue_line("markers", "slow: builds the function for release, or runs a whole deployment tool; minutes")
