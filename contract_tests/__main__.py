from contract_tests.cli.commands import main

main()
